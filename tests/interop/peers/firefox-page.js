// Runs in the page; firefox-peer.mjs serves it and takes what it posts.  Firefox's fake devices play no
// files, so speech comes from an AudioContext and the picture from a canvas.  Times are the wall clock's, in ms.
const post = (what, body) => fetch('/' + what, { method: 'POST', body });
const report = (event, fields = {}) => post('event', JSON.stringify({ event, wallMs: Date.now(), ...fields }));
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const gain = 32768;

// ---- out

async function speechTrack(context) {
  const source = context.createBufferSource(), out = context.createMediaStreamDestination();
  source.buffer = await context.decodeAudioData(await (await fetch('/wav')).arrayBuffer());
  source.loop = true;
  source.connect(out);
  return { track: out.stream.getAudioTracks()[0], start: () => source.start() };
}

// The frames of the clip, one after the other, for ever.  A second of them is fetched at a time: Firefox would keep
// the whole file in memory, and stand still now and then to look through it.
async function* framesOf(width, height) {
  const bytes = width * height * 3 / 2, fetchSecond = async (n) => (await fetch('/y4m/' + n)).arrayBuffer();
  let next = fetchSecond(0);
  for (let n = 1;; n++) {
    const second = await next;
    next = fetchSecond(n);
    for (let at = 0; at < second.byteLength; at += bytes)
      yield new Uint8Array(second, at, bytes);
  }
}

async function clipTrack() {
  const { width, height, fps } = o.clip, canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d'), stream = canvas.captureStream(0), track = stream.getVideoTracks()[0];
  const start = async () => {
    let next = performance.now();
    for await (const data of framesOf(width, height)) {
      const frame = new VideoFrame(data, { format: 'I420', codedWidth: width, codedHeight: height, timestamp: 0 });
      context.drawImage(frame, 0, 0);
      frame.close();
      (track.requestFrame ? track : stream).requestFrame();       // Firefox has it at the stream
      next += 1000 / fps;
      await sleep(Math.max(0, next - performance.now()));
    }
  };
  return { track, start };
}

// ---- in

async function tapAudio(context, track) {
  await context.audioWorklet.addModule(URL.createObjectURL(new Blob([`
    registerProcessor('tap', class extends AudioWorkletProcessor {
      constructor () { super (); this.kept = []; }
      process ([[block]]) {
        if (block) this.kept.push (block.slice ());
        if (this.kept.length >= 75) { this.port.postMessage (this.kept); this.kept = []; }
        return true;
      }
    });`], { type: 'text/javascript' })));
  const tap = new AudioWorkletNode(context, 'tap', { numberOfOutputs: 0 });
  let heard = false;
  tap.port.onmessage = ({ data }) => {
    if (!heard && data.some((block) => block.some((x) => x !== 0))) { heard = true; report('first-audio'); }
    post('audio', new Blob(data.map((block) =>
      Int16Array.from(block, (x) => Math.max(-gain, Math.min(gain - 1, Math.round(x * gain)))))));
  };
  context.createMediaStreamSource(new MediaStream([track])).connect(tap);
}

// As the clips are stamped: 20 cells over the top sixteenth of the picture.
function stampOf(luma, w, h) {
  let v = 0;
  for (let i = 0; i < 20; i++) v = v * 2 + (luma[(h >> 5) * w + Math.floor((i + 0.5) * w / 20)] > 125 ? 1 : 0);
  return v >> 4;
}

// The luma of a frame that comes as B, G, R and one byte more, in place.
function toLuma(bytes, pixels) {
  for (let i = 0; i < pixels; i++)
    bytes[i] = 16 + (25.064 * bytes[4 * i] + 129.057 * bytes[4 * i + 1] + 65.738 * bytes[4 * i + 2]) / 256 + 0.5;
}

// Every fifth frame is kept whole (luma alone), of the others their number, for which the rows of the stamp are enough.
let whole, strip, posted = Promise.resolve();
async function keepFrame(frame, t) {
  const w = frame.codedWidth, h = frame.codedHeight, format = frame.format;
  const isBgr = format.startsWith('BGR'), top = { rect: { x: 0, y: 0, width: w, height: h >> 4 & ~1 } };
  const size = 16 + frame.allocationSize(), stripSize = frame.allocationSize(top);
  if (whole?.length !== size) { whole = new Uint8Array(size); strip = new Uint8Array(stripSize); }
  await frame.copyTo(strip, top);
  if (isBgr) toLuma(strip, strip.length / 4);
  const n = stampOf(strip, w, h), isWhole = n % 5 === 0, head = new DataView(whole.buffer);
  if (isWhole) {
    await frame.copyTo(whole.subarray(16));
    if (isBgr) toLuma(whole.subarray(16), w * h);
  }
  frame.close();
  head.setFloat64(0, t, true);
  head.setUint16(8, w, true);
  head.setUint16(10, h, true);
  head.setInt32(12, n, true);
  const kept = whole.slice(0, isWhole ? 16 + w * h : 16);
  posted = posted.then(() => post('video', kept));
  return format;
}

function tapVideo(shown) {
  let first = true, before = Promise.resolve();
  const keep = async (frame, t) => {
    const format = await keepFrame(frame, t);
    if (first) report('first-video-frame', { format });
    first = false;
  };
  const look = () => {
    shown.requestVideoFrameCallback(look);
    const frame = new VideoFrame(shown), t = Date.now();
    before = before.then(() => keep(frame, t));
  };
  shown.requestVideoFrameCallback(look);
}

// ---- the call

async function limitRates(pc) {
  for (const sender of pc.getSenders()) {
    const parameters = sender.getParameters();
    if (!sender.track || !parameters.encodings?.length) continue;
    if (sender.track.kind === 'video') parameters.degradationPreference = 'maintain-resolution';
    parameters.encodings[0].maxBitrate = sender.track.kind === 'video' ? o.videoBps : o.audioBps;
    await sender.setParameters(parameters);
  }
}

async function describe(pc, kind) {
  await pc.setLocalDescription(await (kind === 'offer' ? pc.createOffer() : pc.createAnswer()));
  await new Promise((done) => {
    const look = () => pc.iceGatheringState === 'complete' && done();
    pc.addEventListener('icegatheringstatechange', look);
    look();
  });
  await limitRates(pc);
  await post('description', JSON.stringify(pc.localDescription));
}

const peersDescription = async () => (await fetch('/description')).json();

async function place(pc, sources) {
  const stream = new MediaStream(sources.map((s) => s.track));
  const addTracks = () => { for (const s of sources) pc.addTrack(s.track, stream); };

  if (o.role === 'call') {
    addTracks();
    await describe(pc, 'offer');
    await pc.setRemoteDescription(await peersDescription());
    await limitRates(pc);
  } else {
    report('ready');
    await pc.setRemoteDescription(await peersDescription());
    addTracks();
    await describe(pc, 'answer');
  }
}

// Tells when the page itself stood still: no picture comes or goes in that time, whoever calls.
function watchStalls() {
  let last = performance.now();
  setInterval(() => {
    const now = performance.now();
    if (now - last > 150) report('stall', { ms: Math.round(now - last) });
    last = now;
  }, 10);
}

async function main() {
  window.o = await (await fetch('/options')).json();
  watchStalls();
  const context = new AudioContext({ sampleRate: 48000 }), pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
  const shown = document.getElementById('v');
  pc.onconnectionstatechange = () => report(pc.connectionState);
  pc.ontrack = ({ track }) => {
    if (track.kind === 'audio') { if (o.record) tapAudio(context, track); return; }
    shown.srcObject = new MediaStream([track]);
    shown.play().catch(() => {});
    if (o.record) tapVideo(shown);
  };

  const sources = [await speechTrack(context), ...(o.video ? [await clipTrack()] : [])];
  await place(pc, sources);
  for (const s of sources) s.start();
  for (const end = Date.now() + o.timeout * 1000; Date.now() < end && !['connected', 'failed'].includes(pc.connectionState);)
    await sleep(50);
  const reached = pc.connectionState;
  if (reached === 'connected') await sleep(o.seconds * 1000);
  await post('result', JSON.stringify({ reached, browser: navigator.userAgent, sound: context.state, stats: [...(await pc.getStats()).values()] }));
}

window.addEventListener('error', (e) => report('error', { text: String(e.message) }));
window.addEventListener('unhandledrejection', (e) => report('error', { text: String(e.reason) + e.reason?.stack }));
main().catch((error) => post('result', JSON.stringify({ reached: String(error), stats: [] })));
