#!/usr/bin/env node
// Firefox, headless.  Nothing drives it: it opens a page of ours, which asks for what it needs and posts
// what it has.  See contract.mjs.
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { spawn } from 'node:child_process';
import { options, readDescription, printDescription, emit, now, sleep, WavWriter, Y4mWriter, digest, complaints } from './contract.mjs';
import { stampedPicture } from './stamp.mjs';

const START_S = 60;             // until the page speaks for the first time
const o = options(process.argv.slice(2));
const executable = process.env.FIREFOX ?? ['/usr/bin/firefox-esr', '/usr/bin/firefox'].find((p) => fs.existsSync(p));
const wallToMonotonic = now() - Date.now() / 1000;
const monotonic = (wallMs) => wallMs / 1000 + wallToMonotonic;
const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'firefox-peer-'));
const runtime = path.join(profile, 'run');
let firefox, pulse, firstWord = false;

const preferences = {
  'media.autoplay.default': 0, 'media.autoplay.blocking_policy': 0,
  // Host candidates by address: there is no multicast DNS between two namespaces.
  'media.peerconnection.ice.obfuscate_host_addresses': false,
  'media.gmp-manager.updateEnabled': false, 'media.gmp-gmpopenh264.enabled': false,
  'app.update.enabled': false, 'browser.aboutwelcome.enabled': false, 'browser.safebrowsing.update.enabled': false,
  'browser.shell.checkDefaultBrowser': false, 'datareporting.policy.dataSubmissionEnabled': false,
  'network.captive-portal-service.enabled': false, 'network.connectivity-service.enabled': false,
  'services.settings.server': 'data:,', 'toolkit.telemetry.enabled': false,
};

const recording = {
  wav: o.record && new WavWriter(o.record + '.wav'),
  y4m: o.record && new Y4mWriter(o.record),

  take(what, body) {
    if (this.closed || !o.record) return;
    if (what === 'audio') { this.wav.write(body); return; }
    const w = body.readUInt16LE(8), h = body.readUInt16LE(10), t = monotonic(body.readDoubleLE(0));
    if (body.length > 16) this.y4m.write(w, h, [body.subarray(16), Buffer.alloc(2 * ((w + 1) >> 1) * ((h + 1) >> 1), 128)], t);
    else this.y4m.write(160, 90, [stampedPicture(body.readInt32LE(12))], t);
  },

  close() {
    this.closed = true;
    this.wav?.close();
    this.y4m?.close();
  },
};

function clip() {
  const head = Buffer.alloc(128), fd = fs.openSync(o.y4m);
  fs.readSync(fd, head, 0, 128, 0);
  fs.closeSync(fd);
  const text = head.toString('latin1');
  return { width: +/ W(\d+)/.exec(text)[1], height: +/ H(\d+)/.exec(text)[1], fps: +/ F(\d+):1/.exec(text)[1], start: text.indexOf('\n') + 1 };
}

// The frames of the Nth second of the clip, which begins again at its end, one behind the other.
function framesOfSecond(n) {
  const { width, height, fps, start } = clip(), mark = 'FRAME\n'.length, size = width * height * 3 / 2;
  const fd = fs.openSync(o.y4m), count = Math.floor((fs.fstatSync(fd).size - start) / (mark + size)), frames = Buffer.alloc(fps * size);
  for (let i = 0; i < fps; i++)
    fs.readSync(fd, frames, i * size, size, start + ((n * fps + i) % count) * (mark + size) + mark);
  fs.closeSync(fd);
  return frames;
}

function finish(result) {
  const d = digest(result.stats), why = complaints(o, d);
  if (result.reached !== 'connected') why.unshift('state ' + result.reached);
  recording.close();
  emit('result', { peer: result.browser, ok: why.length === 0, why, sound: result.sound, ...d });
  quit(why.length ? 1 : 0);
}

const posts = {
  '/event': (body) => { const { event, wallMs, ...fields } = JSON.parse(body); emit(event, fields, monotonic(wallMs)); },
  '/description': (body) => printDescription(JSON.parse(body)),
  '/audio': (body) => recording.take('audio', body),
  '/video': (body) => recording.take('video', body),
  '/result': (body) => finish(JSON.parse(body)),
};

const script = new URL('firefox-page.js', import.meta.url).pathname;
const offer = o.role === 'answer' ? readDescription() : null;
const gets = {
  '/': async () => '<!doctype html><title>peer</title><video id=v muted playsinline></video><script src=/script></script>',
  '/script': async () => fs.readFileSync(script),
  '/wav': async () => fs.readFileSync(o.wav),
  '/options': async () => JSON.stringify({ ...o, record: !!o.record, clip: o.video ? clip() : null }),
  '/description': async () => JSON.stringify(await (offer ?? readDescription())),
};

const server = http.createServer((request, response) => {
  firstWord = true;
  if (request.method === 'POST') {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => { response.end(); posts[request.url]?.(Buffer.concat(parts)); });
  } else if (request.url.startsWith('/y4m/')) {
    response.end(framesOfSecond(+request.url.slice('/y4m/'.length)));
  } else {
    response.setHeader('content-type', request.url === '/' ? 'text/html' : request.url === '/script' ? 'text/javascript' : 'application/json');
    (gets[request.url] ?? (async () => ''))().then((body) => response.end(body), (error) => { emit('error', { text: String(error) }); quit(1); });
  }
});

async function quit(code) {
  pulse?.kill('SIGTERM');
  if (firefox && firefox.exitCode === null) {
    firefox.kill('SIGTERM');
    for (const end = now() + 5; now() < end && firefox.exitCode === null && firefox.signalCode === null;) await sleep(0.05);
    firefox.kill('SIGKILL');
  }
  fs.rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  process.exit(code);
}

fs.writeFileSync(path.join(profile, 'user.js'),
  Object.entries(preferences).map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`).join(''));
for (const s of ['SIGINT', 'SIGTERM']) process.on(s, () => quit(1));

// An AudioContext stands still without a sound device; this is one that nobody hears.
fs.mkdirSync(runtime, { mode: 0o700 });
const home = { ...process.env, HOME: profile, XDG_RUNTIME_DIR: runtime, PULSE_SERVER: `unix:${runtime}/native` };
pulse = spawn('pulseaudio', ['-n', '--daemonize=no', '--exit-idle-time=60', '--use-pid-file=no', '--high-priority=no',
  '-L', `module-native-protocol-unix auth-anonymous=1 socket=${runtime}/native`,
  '-L', 'module-null-sink rate=48000 norewinds=1'], { stdio: 'ignore', env: home });
pulse.on('error', (error) => { emit('error', { text: String(error) }); quit(1); });

server.listen(0, '127.0.0.1', () => {
  firefox = spawn(executable, ['--headless', '--no-remote', '--profile', profile, `http://127.0.0.1:${server.address().port}/`],
    { stdio: 'ignore', env: { ...home, MOZ_CRASHREPORTER_DISABLE: '1' } });
  firefox.on('error', (error) => { emit('error', { text: String(error) }); quit(1); });
  firefox.on('exit', (code) => { emit('gone', { code }); if (!recording.closed) quit(1); });
  setTimeout(() => { if (!firstWord) { emit('error', { text: 'Firefox did not open the page' }); quit(1); } }, START_S * 1000);
});
