#!/usr/bin/env node
// Chromium, headless, driven by playwright-core.  See contract.mjs.
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { options, load, readDescription, printDescription, emit, now, sleep, WavWriter, Y4mWriter, digest, complaints } from './contract.mjs';
import { stampedPicture } from './stamp.mjs';

const o = options(process.argv.slice(2));
const executablePath = process.env.CHROMIUM ?? ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((p) => fs.existsSync(p));
const wallToMonotonic = now() - Date.now() / 1000;
const monotonic = (wallMs) => wallMs / 1000 + wallToMonotonic;
const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'chromium-peer-'));

const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-dev-shm-usage',
  '--disable-background-networking', '--disable-component-update', '--disable-sync', '--autoplay-policy=no-user-gesture-required',
  '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', `--use-file-for-fake-audio-capture=${o.wav}`,
  ...(o.video ? [`--use-file-for-fake-video-capture=${o.y4m}`] : []),
  // Host candidates by address: there is no multicast DNS between two namespaces.
  '--disable-features=WebRtcHideLocalIpsWithMdns,MediaRouter,OptimizationHints'];

const recording = {
  wav: o.record && new WavWriter(o.record + '.wav', o.stereo ? 2 : 1),
  y4m: o.record && new Y4mWriter(o.record),

  take(what, body) {
    if (this.closed) return;        // what was still under way
    if (what === 'audio') {
      this.wav.write(body);
    } else if (what === 'video') {
      const w = body.readUInt16LE(8), h = body.readUInt16LE(10), t = monotonic(body.readDoubleLE(0));
      if (body.length > 16) this.y4m.write(w, h, [body.subarray(16), Buffer.alloc(2 * ((w + 1) >> 1) * ((h + 1) >> 1), 128)], t);
      else this.y4m.write(160, 90, [stampedPicture(body.readInt32LE(12))], t);
    }
  },

  close() {
    this.closed = true;
    this.wav?.close();
    this.y4m?.close();
  },
};

// getUserMedia wants a secure context; a page from 127.0.0.1 is one.
function servePage() {
  const page = '<!doctype html><title>peer</title><video id=v autoplay playsinline></video>';
  const server = http.createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      if (request.method === 'POST') recording.take(request.url.slice(1), Buffer.concat(parts));
      response.setHeader('content-type', 'text/html');
      response.end(request.method === 'POST' ? '' : page);
    });
  });
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done(server.address().port)));
}

async function exchange(page) {
  if (o.role === 'call') {
    await page.evaluate(() => addTracks());
    printDescription(await page.evaluate(() => describe('offer')));
    const answer = await readDescription();
    if (o.soundNack) answer.sdp = answer.sdp.replace('useinbandfec=1', 'useinbandfec=0');
    await page.evaluate(async (a) => { await pc.setRemoteDescription(a); await limitRates(); }, answer);
  } else {
    emit('ready');
    const offer = await readDescription();
    if (o.soundNack) offer.sdp = offer.sdp.replace('useinbandfec=1', 'useinbandfec=0');
    printDescription(await page.evaluate(async (f) => { await pc.setRemoteDescription(f); addTracks(); return describe('answer'); }, offer));
  }
}

// Statistics once a second, as Yodel writes them; from the fifth second on a key frame is asked for, and a frame
// left out, in turn, once a second and five times each.
async function trouble(page) {
  const out = o.record && fs.openSync(o.record + '.stats', 'w'), start = now();
  for (let n = 0; now() < start + o.seconds; n++) {
    const stats = await page.evaluate(async () => [...(await pc.getStats()).values()]);
    if (out) fs.writeSync(out, JSON.stringify({ t: now(), stats }) + '\n');
    if (n >= 5 && n < 15) await page.evaluate((side) => causeTrouble(side), n % 2 ? 'receiver' : 'sender');
    await sleep(Math.max(0, start + n + 1 - now()));
  }
}

async function main(context) {
  const page = context.pages()[0] ?? await context.newPage();
  page.on('pageerror', (e) => emit('error', { text: String(e) }));
  await page.exposeFunction('report', (event, wallMs, fields) => emit(event, fields, monotonic(wallMs)));
  await page.goto(`http://127.0.0.1:${await servePage()}/`);
  await page.addScriptTag({ path: new URL('chromium-page.js', import.meta.url).pathname });
  await page.evaluate((options) => startPeer(options), { ...o, record: !!o.record });
  await exchange(page);

  const state = () => page.evaluate(() => pc.connectionState);
  for (const end = now() + o.timeout; now() < end && !['connected', 'failed'].includes(await state());) await sleep(0.05);
  const why = [], reached = await state();
  if (reached === 'connected') await (o.trouble ? trouble(page) : sleep(o.seconds));
  else why.push('state ' + reached);

  const d = digest(await page.evaluate(async () => [...(await pc.getStats()).values()]));
  await sleep(0.3);
  recording.close();
  why.push(...complaints(o, d));
  emit('result', { peer: 'chromium ' + context.browser()?.version(), ok: why.length === 0, why, ...d });
  return why.length ? 1 : 0;
}

const context = await load('playwright-core').chromium.launchPersistentContext(profile,
  { executablePath, args: flags, headless: false, ignoreDefaultArgs: ['--mute-audio'] });
const quit = async (code) => {
  try { await context.close(); } catch {}
  fs.rmSync(profile, { recursive: true, force: true });
  process.exit(code);
};
for (const s of ['SIGINT', 'SIGTERM']) process.on(s, () => quit(1));
main(context).then(quit, (e) => { emit('error', { text: String(e.stack ?? e) }); quit(1); });
