#!/usr/bin/env node
// libwebrtc without a browser (npm @roamhq/wrtc), raw sound and picture in and out.
// See contract.mjs.
import fs from 'node:fs';
import { options, load, readDescription, printDescription, emit, now, sleep, WavWriter, Y4mWriter, digest, complaints } from './contract.mjs';

const o = options(process.argv.slice(2));
const { RTCPeerConnection, MediaStream, nonstandard } = load('@roamhq/wrtc');
const pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
let stopped = false;

// Calls fn at a steady pace; a late tick is made up for, none is dropped.
function pace(period, fn) {
  let next = now();
  const tick = () => {
    if (stopped) return;
    for (; now() >= next; next += period) fn();
    setTimeout(tick, Math.max(0, next - now()) * 1000);
  };
  tick();
}

// Notes when a block or frame left, if that was asked for.
function sentLog(kind) {
  if (!o.sent) return () => {};
  const fd = fs.openSync(`${o.sent}.${kind}`, 'w');
  return (position) => fs.writeSync(fd, `${now().toFixed(6)},${position}\n`);
}

function audioTrack(file) {
  const source = new nonstandard.RTCAudioSource();
  const pcm = new Int16Array(new Uint8Array(fs.readFileSync(file).subarray(44)).buffer);
  const log = sentLog('audio');
  let at = 0;
  const start = () => pace(0.01, () => {
    if (at + 480 > pcm.length) at = 0;
    log(at);
    source.onData({ samples: pcm.slice(at, at + 480), sampleRate: 48000, bitsPerSample: 16, channelCount: 1, numberOfFrames: 480 });
    at += 480;
  });
  return { track: source.createTrack(), start };
}

function videoTrack(file) {
  const source = new nonstandard.RTCVideoSource();
  const fd = fs.openSync(file), head = Buffer.alloc(128);
  fs.readSync(fd, head, 0, 128, 0);
  const base = head.indexOf(10) + 1, text = head.toString('latin1', 0, base);
  const width = +/ W(\d+)/.exec(text)[1], height = +/ H(\d+)/.exec(text)[1], fps = +/ F(\d+):1/.exec(text)[1];
  const bytes = width * height * 3 / 2, count = Math.floor((fs.fstatSync(fd).size - base) / (bytes + 6));
  const log = sentLog('video');
  let n = 0;
  const start = () => pace(1 / fps, () => {
    log(n % count);
    const data = new Uint8ClampedArray(bytes);
    fs.readSync(fd, data, 0, bytes, base + (n++ % count) * (bytes + 6) + 6);
    source.onFrame({ width, height, rotation: 0, data });
  });
  return { track: source.createTrack(), start };
}

// The first blocks come at 16 kHz; the recording has one rate.
function to48k(samples, rate) {
  if (rate === 48000) return samples;
  const step = rate / 48000;
  return Int16Array.from({ length: Math.round(samples.length / step) }, (_, i) => {
    const j = Math.floor(i * step), f = i * step - j;
    return samples[j] * (1 - f) + (samples[j + 1] ?? samples[j]) * f;
  });
}

const writers = [];
let frames = 0, energy = 0;
pc.ontrack = ({ track }) => {
  if (track.kind === 'audio') {
    const wav = o.record && new WavWriter(o.record + '.wav');
    if (wav) writers.push(wav);
    new nonstandard.RTCAudioSink(track).ondata = (d) => {
      if (stopped) return;
      let e = 0;
      for (let i = 0; i < d.samples.length; i += 8) e += Math.abs(d.samples[i]);
      if (e > 0 && !energy) emit('first-audio');
      energy += e;
      if (!wav) return;
      const mono = d.channelCount === 1 ? d.samples : d.samples.filter((_, i) => i % d.channelCount === 0);
      const out = to48k(mono, d.sampleRate);
      wav.write(Buffer.from(out.buffer, out.byteOffset, out.byteLength));
    };
  } else {
    const y4m = o.record && new Y4mWriter(o.record);
    if (y4m) writers.push(y4m);
    new nonstandard.RTCVideoSink(track).onframe = ({ frame: f }) => {
      if (stopped) return;
      if (frames++ === 0) emit('first-video-frame', { width: f.width, height: f.height });
      y4m?.write(f.width, f.height, [f.data], now());
    };
  }
};
pc.onconnectionstatechange = () => emit(pc.connectionState);

// This package has no working setParameters(): the limits go into the peer's description as b=AS.
function limited(d) {
  const sections = d.sdp.replace(/^b=.*\r?\n/gm, '').split(/(?=^m=)/m).map((section) => {
    const bps = { audio: o.audioBps, video: o.videoBps }[/^m=(\w+)/.exec(section)?.[1]];
    return bps ? section.replace(/^c=.*$/m, (line) => `${line}\r\nb=AS:${Math.round(bps / 1000)}`) : section;
  });
  return { type: d.type, sdp: sections.join('') };
}

const gathered = () => new Promise((done) => {
  const look = () => pc.iceGatheringState === 'complete' && done();
  pc.addEventListener('icegatheringstatechange', look);
  look();
});

async function main() {
  const offer = o.role === 'answer' ? readDescription() : null;
  const sources = [audioTrack(o.wav), ...(o.video ? [videoTrack(o.y4m)] : [])];
  const stream = new MediaStream(sources.map((s) => s.track));
  const addTracks = () => { for (const s of sources) pc.addTrack(s.track, stream); };

  if (o.role === 'call') {
    addTracks();
    await pc.setLocalDescription(await pc.createOffer());
    await gathered();
    printDescription(pc.localDescription);
    await pc.setRemoteDescription(limited(await readDescription()));
  } else {
    emit('ready');
    await pc.setRemoteDescription(limited(await offer));
    addTracks();
    await pc.setLocalDescription(await pc.createAnswer());
    await gathered();
    printDescription(pc.localDescription);
  }

  for (const s of sources) s.start();
  for (const end = now() + o.timeout; now() < end && !['connected', 'failed'].includes(pc.connectionState);) await sleep(0.005);
  const why = [], connected = pc.connectionState === 'connected';
  if (connected) await sleep(o.seconds);
  else why.push('state ' + pc.connectionState);

  const d = digest([...(await pc.getStats()).values()]);
  why.push(...complaints(o, d));
  if (!energy) why.push('received audio is silent');
  if (o.video && frames < 5) why.push(`${frames} frames reached the sink`);
  stopped = true;
  for (const w of writers) w.close();
  emit('result', { peer: 'libwebrtc (npm @roamhq/wrtc)', ok: why.length === 0, why, ...d });
  return why.length ? 1 : 0;
}

const quit = (code) => { stopped = true; try { pc.close(); } catch {} process.exit(code); };
for (const s of ['SIGINT', 'SIGTERM']) process.on(s, () => quit(1));
main().then(quit, (e) => { emit('error', { text: String(e.stack ?? e) }); quit(1); });
