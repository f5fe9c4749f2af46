// What every peer of the interoperability tests promises:
//
//   PEER call|answer manual: [--seconds N] [--timeout S] [--wav FILE] [--y4m FILE] [--record PREFIX]
//                            [--no-video] [--keys KEYS] [--audio-bps N] [--video-bps N] [--sent PREFIX] [--trouble] [--keep-size] [--stereo]
//                            [--sound-nack]
//
// `call` prints one line {"type":"offer","sdp":...} on stdout and reads the answer line from
// stdin; `answer` the other way round.  Candidates are complete, nothing trickles.  Events are
// JSON lines on stderr, each with "event" and "t", the monotonic clock in seconds; the last one
// is "result".  Exit status 0: media came in and went out.  With --record, what was received is in
// PREFIX.wav (48 kHz mono), PREFIX.y4m and PREFIX.times (seconds, a line for a frame).  The first
// two may be pipes.  With --keys (Chromium alone), these are pressed two seconds after it is connected.
// With --sent (wrtc alone), PREFIX.audio and PREFIX.video have a line "t,position" for
// each block and frame that was sent, in samples and frames of the file.  With --trouble (Chromium alone), PREFIX.stats
// has getStats once a second, and for every key frame that was asked for, and every frame left out on the way out,
// an event "key-frame" tells side, receiver or sender, and ms, how long it took until a key frame came.  With
// --keep-size (Chromium alone) the picture is not made smaller, even where it begins with a low rate.  With --stereo
// (Chromium alone), two tones are sent instead of the file, 450 Hz on the left and 1150 on the right, its description says
// stereo=1, and the recording has two channels.  With --sound-nack (Chromium alone) its description says that sound is asked for
// again, and it does so; it sends no copies in band, which would leave little to ask for.
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';
import fs from 'node:fs';
import path from 'node:path';

export const now = () => Number(process.hrtime.bigint()) / 1e9;
export const sleep = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

export function emit(event, fields = {}, t = now()) {
  process.stderr.write(JSON.stringify({ event, t: Math.round(t * 1e6) / 1e6, ...fields }) + '\n');
}

export function options(argv) {
  const o = { role: argv[0], seconds: 10, timeout: 20, video: true, audioBps: 32000, videoBps: 800000 };
  const taken = {
    '--seconds': (v) => { o.seconds = +v; }, '--timeout': (v) => { o.timeout = +v; },
    '--wav': (v) => { o.wav = path.resolve(v); }, '--y4m': (v) => { o.y4m = path.resolve(v); },
    '--record': (v) => { o.record = path.resolve(v); }, '--sent': (v) => { o.sent = path.resolve(v); },
    '--keys': (v) => { o.keys = v; },
    '--audio-bps': (v) => { o.audioBps = +v; }, '--video-bps': (v) => { o.videoBps = +v; },
  };
  if (!['call', 'answer'].includes(o.role) || argv[1] !== 'manual:') usage();
  for (let i = 2; i < argv.length; i++) {
    if (argv[i] === '--no-video') o.video = false;
    else if (argv[i] === '--trouble') o.trouble = true;
    else if (argv[i] === '--keep-size') o.keepSize = true;
    else if (argv[i] === '--stereo') o.stereo = true;
    else if (argv[i] === '--sound-nack') o.soundNack = true;
    else if (taken[argv[i]] && i + 1 < argv.length) taken[argv[i]](argv[++i]);
    else usage();
  }
  return o;
}

function usage() {
  console.error('usage: PEER call|answer manual: [options]; see contract.mjs');
  process.exit(2);
}

// The packages are in $PEERS_NODE_DIR/node_modules, never beside these files.
export function load(name) {
  return createRequire(path.join(path.resolve(process.env.PEERS_NODE_DIR ?? '.'), 'x.cjs'))(name);
}

export function readDescription() {
  return new Promise((done, fail) => {
    const lines = createInterface({ input: process.stdin });
    lines.once('line', (line) => { done(JSON.parse(line)); lines.close(); });
    lines.once('close', () => fail(new Error('stdin ended before a description came')));
  });
}

export const printDescription = (d) => fs.writeSync(1, JSON.stringify({ type: d.type, sdp: d.sdp }) + '\n');

// A WAV file of 48 kHz that is complete once close() was called.
export class WavWriter {
  constructor(file, channels = 1) {
    this.fd = fs.openSync(file, 'w');
    this.channels = channels;
    this.bytes = 0;
    fs.writeSync(this.fd, Buffer.alloc(44));
  }

  write(bytes) {
    fs.writeSync(this.fd, bytes);
    this.bytes += bytes.length;
  }

  close() {
    const h = Buffer.alloc(44);
    h.write('RIFF'); h.writeUInt32LE(36 + this.bytes, 4); h.write('WAVEfmt ', 8);
    h.writeUInt32LE(16, 16); h.writeUInt16LE(1, 20); h.writeUInt16LE(this.channels, 22);
    h.writeUInt32LE(48000, 24); h.writeUInt32LE(96000 * this.channels, 28); h.writeUInt16LE(2 * this.channels, 32); h.writeUInt16LE(16, 34);
    h.write('data', 36); h.writeUInt32LE(this.bytes, 40);
    if (fs.fstatSync(this.fd).isFile()) fs.writeSync(this.fd, h, 0, 44, 0);
    fs.closeSync(this.fd);
  }
}

// A Y4M file whose frames may change their size, and the times they came.
export class Y4mWriter {
  constructor(prefix) {
    this.prefix = prefix;
    this.times = [];
  }

  write(width, height, planes, t) {
    if (this.fd === undefined) {
      this.fd = fs.openSync(this.prefix + '.y4m', 'w');
      fs.writeSync(this.fd, `YUV4MPEG2 W${width} H${height} F30:1 Ip A1:1 C420jpeg\n`);
    }
    fs.writeSync(this.fd, `FRAME W${width} H${height}\n`);
    for (const plane of planes) fs.writeSync(this.fd, plane);
    this.times.push(t.toFixed(4));
  }

  close() {
    fs.writeFileSync(this.prefix + '.times', this.times.join('\n') + '\n');
    if (this.fd !== undefined) fs.closeSync(this.fd);
  }
}

// The counters of getStats that a verdict needs; `list` is an array of its objects.
export function digest(list) {
  const r = { audio: {}, video: {} };
  for (const s of list) {
    const kind = r[s.kind ?? s.mediaType];
    if (s.type === 'inbound-rtp' && kind) {
      Object.assign(kind, { packetsReceived: s.packetsReceived, packetsLost: s.packetsLost, bytesReceived: s.bytesReceived,
        framesDecoded: s.framesDecoded, keyFramesDecoded: s.keyFramesDecoded, freezeCount: s.freezeCount,
        concealedSamples: s.concealedSamples, totalSamplesReceived: s.totalSamplesReceived,
        nackCount: s.nackCount, pliCount: s.pliCount });
    }
    if (s.type === 'outbound-rtp' && kind)
      Object.assign(kind, { packetsSent: s.packetsSent, bytesSent: s.bytesSent, framesEncoded: s.framesEncoded,
        nacksReceived: s.nackCount, plisReceived: s.pliCount });
  }
  return r;
}

// What is wrong with a call of which `d` is the digest; empty if nothing is.
export function complaints(o, d) {
  const why = [];
  if (!(d.audio.packetsReceived > 10)) why.push('no audio in');
  if (!(d.audio.packetsSent > 10)) why.push('no audio out');
  if (o.video && !(d.video.framesDecoded > 5)) why.push('no video decoded');
  if (o.video && !(d.video.framesEncoded > 5)) why.push('no video encoded');
  return why;
}
