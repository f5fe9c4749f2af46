// Runs in the page.  `report` and `o` come from chromium-peer.mjs; times are the wall clock's, in ms.
window.startPeer = async (o) => {
  const pc = window.pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
  let posted = Promise.resolve();       // one after the other, or they would arrive in any order
  const post = (what, body) => { posted = posted.then(() => fetch('/' + what, { method: 'POST', body })).catch(() => {}); };
  const pressKeys = () => pc.getSenders().find((s) => s.dtmf?.canInsertDTMF)?.dtmf.insertDTMF(o.keys, 100, 70);
  pc.onconnectionstatechange = () => {
    report(pc.connectionState, Date.now());
    if (o.keys && pc.connectionState === 'connected') setTimeout(pressKeys, 2000);
  };

  // A microphone that is not there would be heard on both sides.
  const playTones = () => {
    const context = window.tones = new AudioContext({ sampleRate: 48000 });
    const out = context.createMediaStreamDestination(), merger = context.createChannelMerger(2);
    for (const [side, frequency] of [450, 1150].entries()) {
      const tone = new OscillatorNode(context, { frequency }), quiet = new GainNode(context, { gain: 0.25 });
      tone.connect(quiet).connect(merger, 0, side);
      tone.start();
    }
    merger.connect(out);
    return out.stream;
  };

  const stream = o.stereo ? playTones() : await navigator.mediaDevices.getUserMedia({
    audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: 1 },
    video: o.video ? { width: 640, height: 360, frameRate: 30 } : false });

  // As the test clips are stamped: 20 cells over the top sixteenth of the picture.
  const stampOf = (luma, w, h) => {
    let v = 0;
    for (let i = 0; i < 20; i++) v = v * 2 + (luma[(h >> 5) * w + Math.floor((i + 0.5) * w / 20)] > 125 ? 1 : 0);
    return v >> 4;
  };

  async function tapAudio(track) {
    const reader = new MediaStreamTrackProcessor({ track, maxBufferSize: 100 }).readable.getReader();
    let list = [], last = Date.now(), heard = false;
    for (;;) {
      const { value: block, done } = await reader.read();
      if (done) return;
      const n = block.numberOfFrames, k = Math.round(n * 48000 / block.sampleRate);
      const planes = Array.from({ length: o.stereo ? 2 : 1 }, (_, c) => {
        const f = new Float32Array(n);
        block.copyTo(f, { planeIndex: Math.min(c, block.numberOfChannels - 1), format: 'f32-planar' });
        return f;
      });
      block.close();
      if (!heard && planes[0].some((x) => x !== 0)) { heard = true; report('first-audio', Date.now()); }
      list.push(Int16Array.from({ length: k * planes.length }, (_, i) => {
        const at = Math.floor(i / planes.length), f = planes[i % planes.length];
        return Math.max(-32768, Math.min(32767, Math.round(f[Math.min(n - 1, Math.floor(at * n / k))] * 32768)));
      }));
      if (Date.now() - last > 200) { post('audio', new Blob(list)); list = []; last = Date.now(); }
    }
  }

  // Every fifth frame is kept whole (luma alone), of the others their number: all of them
  // would cost more than the call.
  async function tapVideo(track) {
    const reader = new MediaStreamTrackProcessor({ track, maxBufferSize: 10 }).readable.getReader();
    for (let first = true;; first = false) {
      const { value: frame, done } = await reader.read();
      const t = Date.now();
      if (done) return;
      const w = frame.codedWidth, h = frame.codedHeight, bytes = new Uint8Array(16 + frame.allocationSize());
      await frame.copyTo(bytes.subarray(16));
      frame.close();
      if (first) report('first-video-frame', t);
      const n = stampOf(bytes.subarray(16), w, h), head = new DataView(bytes.buffer);
      head.setFloat64(0, t, true);
      head.setUint16(8, w, true);
      head.setUint16(10, h, true);
      head.setInt32(12, n, true);
      post('video', bytes.subarray(0, n % 5 === 0 ? 16 + w * h : 16));
    }
  }

  const shown = document.getElementById('v'), remote = new MediaStream();
  pc.ontrack = ({ track, receiver }) => {
    if (track.kind === 'video') watch(receiver, 'receiver');
    remote.addTrack(track);
    shown.srcObject = remote;
    shown.play().catch(() => {});
    if (o.record && !o.trouble) (track.kind === 'audio' ? tapAudio : tapVideo)(track.clone());
  };

  // With --trouble: takes encoded frames through a worker, which can ask for a key frame and leave a frame out, and tells
  // how long it took until one came.
  window.causeTrouble = () => {};
  const watch = (end, side) => { if (o.trouble && !end.transform) end.transform = new RTCRtpScriptTransform(worker, { side }); };
  const worker = o.trouble && new Worker(URL.createObjectURL(new Blob([`
    const act = {};
    onmessage = ({ data: side }) => act[side]?.();
    onrtctransform = ({ transformer }) => {
      const { side } = transformer.options;
      let since = 0, leaveOut = false;
      act[side] = () => {
        if (side === 'sender') { leaveOut = true; return; }
        since = performance.now();
        transformer.sendKeyFrameRequest();
      };
      transformer.readable.pipeThrough(new TransformStream({ transform(frame, out) {
        if (frame.type === 'key' && since) { postMessage({ side, ms: performance.now() - since }); since = 0; }
        if (leaveOut && frame.type === 'delta') { leaveOut = false; since = performance.now(); return; }
        out.enqueue(frame);
      } })).pipeTo(transformer.writable);
    };`])));
  if (worker) {
    worker.onmessage = ({ data }) => report('key-frame', Date.now(), data);
    window.causeTrouble = (side) => worker.postMessage(side);
  }

  window.addTracks = () => {
    for (const t of stream.getTracks()) pc.addTrack(t, stream);
    // At once: what is set later than in the same turn gets no frames.
    for (const { sender, receiver } of pc.getTransceivers()) {
      if (receiver.track.kind !== 'video') continue;
      watch(sender, 'sender');
      watch(receiver, 'receiver');
    }
  };
  window.limitRates = async () => {
    for (const s of pc.getSenders()) {
      const p = s.getParameters();
      if (!s.track || !p.encodings?.length) continue;
      if (s.track.kind === 'video' && o.keepSize) p.degradationPreference = 'maintain-resolution';
      p.encodings[0].maxBitrate = s.track.kind === 'video' ? o.videoBps : o.audioBps;
      await s.setParameters(p);
    }
  };
  window.describe = async (kind) => {
    const description = await (kind === 'offer' ? pc.createOffer() : pc.createAnswer());
    const stereo = o.stereo ? description.sdp.replace('useinbandfec=1', 'useinbandfec=1;stereo=1') : description.sdp;
    const sdp = o.soundNack ? stereo.replace(/a=rtpmap:(\d+) opus\/48000\/2\r\n/, '$&a=rtcp-fb:$1 nack\r\n') : stereo;
    await pc.setLocalDescription({ type: description.type, sdp });
    await new Promise((done) => {
      const look = () => pc.iceGatheringState === 'complete' && done();
      pc.addEventListener('icegatheringstatechange', look);
      look();
    });
    await limitRates();
    return pc.localDescription.toJSON();
  };
};
