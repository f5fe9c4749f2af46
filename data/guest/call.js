// One call: the dialogue about it (docs/wire-signalling.md, "The dialogue") and its peer connection.
import { join, random, safetyCode, same, toHex } from './keys.js';
import { ALL_DEVICES, MAX_CANDIDATES, Reason, Type, u64 } from './messages.js';
import { WORDS } from './words.js';

const RING_MS = 60000, CALLEE_RING_MS = 65000;
const MAX_REPEATS = 16, MAX_DEVICES = 8;
const KNOCK_BITS = 18;

export const State = { WORKING: 'working', CALLING: 'calling', RINGBACK: 'ringback', INCOMING: 'incoming', CONNECTING: 'connecting',
                       UP: 'up', OVER: 'over' };

const ENDS = { [Reason.NORMAL]: 'hung-up', [Reason.CANCELLED]: 'cancelled', [Reason.TAKEN_ELSEWHERE]: 'taken-elsewhere',
               [Reason.ENDED_ELSEWHERE]: 'ended-elsewhere', [Reason.NO_ANSWER]: 'no-answer', [Reason.FAILED]: 'failed' };

// The page is fenced: where a browser knows trusted types, a script is named by this policy alone.
const policy = globalThis.trustedTypes?.createPolicy ('yodel', { createScriptURL: url => url });

function ownScript (name)
{
  const url = new URL (name, import.meta.url).href;

  return policy ? policy.createScriptURL (url) : url;
}

// The SHA-256 fingerprint of a description; null where it has none, or several.
export function fingerprintOf (description)
{
  const found = new Set ();

  for (const [, algorithm, value] of description.matchAll (/^a=fingerprint:(\S+) ([0-9A-Fa-f:]+)\s*$/gm))
    found.add (algorithm.toLowerCase () === 'sha-256' ? value.toLowerCase ().replaceAll (':', '') : 'another');
  const [only] = found;
  return found.size === 1 && /^[0-9a-f]{64}$/.test (only) ? Uint8Array.from (only.match (/../g), byte => parseInt (byte, 16)) : null;
}

export class Call
{
  // say (receiver, message) seals and sends; callbacks: onState (call), onRemote (stream).
  constructor ({ identity, device, peer, say, media, iceServers, onState, onRemote })
  {
    Object.assign (this, { identity, device, peer, say, media, iceServers, onState, onRemote });
    this.number = 0;
    this.pending = new Map ();        // number -> what waits for an acknowledgement
    this.heard = new Map ();          // device -> numbers
    this.chosen = null;               // the device the call is with
    this.early = [];                  // candidates before their description
    this.ownCandidates = [];
    this.end = null;
    this.words = null;
    this.exchange = Promise.resolve ();   // descriptions are taken one after the other
  }

  setState (state)
  {
    if (this.state === state || this.state === State.OVER)
      return;
    this.state = state;
    this.onState (this);
  }

  // Calls; @token: of an invite, or null: then the knock is paid for with a little work.
  async knock (name, token)
  {
    this.isOutgoing = true;
    this.id = random (16);
    this.sent = Date.now ();
    this.setState (State.WORKING);
    const message = { type: Type.KNOCK, name, sent: this.sent };
    if (token)
      message.invite = token;
    message.proof = token ? 0 : await this.work ();
    if (this.state === State.OVER)
      return;
    this.setState (State.CALLING);
    this.push (message, ALL_DEVICES);
    this.timer = setTimeout (() => this.hangUp (Reason.CANCELLED, 'no-answer'), RING_MS);
  }

  work ()
  {
    const worker = new Worker (ownScript ('work.js'), { type: 'module' });
    const prefix = join (new TextEncoder ().encode ('yodel knock 1'), this.identity.key, this.peer, this.id, u64 (this.sent));

    return new Promise (resolve =>
      {
        worker.onmessage = event => { worker.terminate (); resolve (event.data); };
        worker.postMessage ({ prefix, bits: KNOCK_BITS });
      });
  }

  // Is called: @opening is an offer or a knock.
  ring (opening)
  {
    this.isOutgoing = false;
    this.id = opening.call;
    this.chosen = opening.device;
    this.name = opening.name;
    this.opening = opening.type === Type.OFFER ? opening : null;
    this.mark (opening);
    this.acknowledge (opening);
    this.setState (State.INCOMING);
    this.push ({ type: Type.RING }, this.chosen);
    this.timer = setTimeout (() => this.finish ('no-answer'), CALLEE_RING_MS);
  }

  accept ()
  {
    clearTimeout (this.timer);
    this.push ({ type: Type.ACCEPT }, this.chosen);
    this.setState (State.CONNECTING);
    if (this.opening)
      this.schedule (() => this.takeOffer (this.opening));
  }

  decline ()
  {
    this.finish ('declined-here');
    this.push ({ type: Type.DECLINE }, this.chosen);
  }

  hangUp (reason = Reason.NORMAL, end = 'hung-up-here')
  {
    if (this.state === State.OVER)
      return;
    const wasChosen = this.chosen ?? ALL_DEVICES;
    this.finish (end);
    this.push ({ type: Type.HANG_UP, reason: this.isOutgoing && this.chosen === null ? Reason.CANCELLED : reason }, wasChosen);
  }

  finish (end)
  {
    if (this.state === State.OVER)
      return;
    clearTimeout (this.timer);
    for (const { timer } of this.pending.values ())
      clearTimeout (timer);
    this.pending.clear ();
    this.end = end;
    this.connection?.close ();
    this.setState (State.OVER);
  }

  // Says it and repeats it until it is acknowledged.
  push (message, to)
  {
    const whole = { sent: Date.now (), ...message, number: ++this.number, call: this.id, device: this.device, to };
    const entry = { message: whole, wait: 500, left: MAX_REPEATS };
    const repeat = () =>
      {
        this.say (this.peer, whole);
        if (--entry.left > 0)
          entry.timer = setTimeout (repeat, entry.wait);
        else
          this.pending.delete (whole.number);
        entry.wait = Math.min (2 * entry.wait, 4000);
      };

    this.pending.set (whole.number, entry);
    repeat ();
  }

  acknowledge ({ device, number })
  {
    this.say (this.peer, { type: Type.ACK, number: ++this.number, sent: Date.now (), call: this.id, device: this.device, to: device,
                           acks: [ { device, number } ] });
  }

  mark ({ device, number })
  {
    const key = toHex (device);

    if (!this.heard.has (key) && this.heard.size < MAX_DEVICES)
      this.heard.set (key, new Set ());
    this.heard.get (key)?.add (number);
  }

  concerns (sender, message)
  {
    return same (sender, this.peer) && this.id !== undefined && same (message.call, this.id);
  }

  // A message of this call.
  receive (message)
  {
    const key = toHex (message.device);

    if (message.type === Type.ACK)
      {
        this.takeAcks (message);
        return;
      }
    if (this.heard.get (key)?.has (message.number))
      {
        this.acknowledge (message);
        return;
      }
    if (!this.heard.has (key) && this.heard.size >= MAX_DEVICES)
      return;
    if (this.state !== State.OVER && !this.take (message))
      return;                                   // does not fit yet: it comes again
    this.mark (message);
    this.acknowledge (message);
  }

  takeAcks (message)
  {
    for (const ack of message.acks)
      {
        const entry = same (ack.device, this.device) ? this.pending.get (ack.number) : undefined;

        if (entry === undefined)
          continue;
        // what is for all is said some times more, for the devices that did not hear it
        if (same (entry.message.to, ALL_DEVICES) && this.state !== State.OVER && this.chosen === null)
          {
            entry.left = Math.min (entry.left, 4);
            entry.wait = 1000;
            continue;
          }
        clearTimeout (entry.timer);
        this.pending.delete (ack.number);
      }
  }

  isChosen (message)
  {
    return this.chosen !== null && same (message.device, this.chosen);
  }

  // Returns whether it was taken.
  take (message)
  {
    switch (message.type)
      {
      case Type.RING:
        if (this.isOutgoing && this.chosen === null)
          this.setState (State.RINGBACK);
        return true;
      case Type.ACCEPT:
        if (this.isOutgoing && this.chosen === null)
          this.choose (message.device);
        else if (this.isOutgoing && !this.isChosen (message))
          this.push ({ type: Type.HANG_UP, reason: Reason.TAKEN_ELSEWHERE }, message.device);
        return true;
      case Type.DECLINE:
      case Type.BUSY:
        if (this.isOutgoing && this.chosen === null)
          {
            this.finish (message.type === Type.BUSY ? 'busy' : 'declined');
            this.push ({ type: Type.HANG_UP, reason: Reason.ENDED_ELSEWHERE }, ALL_DEVICES);
          }
        return true;
      case Type.HANG_UP:
        if (this.chosen === null || this.isChosen (message))
          this.finish (ENDS[message.reason]);
        return true;
      case Type.OFFER:
        if (!this.isChosen (message) || this.state === State.INCOMING)
          return false;
        this.schedule (() => this.takeOffer (message));
        return true;
      case Type.ANSWER:
        if (!this.isChosen (message))
          return false;
        this.schedule (() => this.takeAnswer (message));
        return true;
      case Type.CANDIDATES:
        if (!this.isChosen (message))
          return false;
        this.early.push (message);
        this.schedule (() => this.takeCandidates ());
        return true;
      default:
        return true;
      }
  }

  choose (device)
  {
    clearTimeout (this.timer);
    this.chosen = device;
    for (const { timer } of this.pending.values ())
      clearTimeout (timer);
    this.pending.clear ();
    for (const key of this.heard.keys ())
      if (key !== toHex (device))
        this.push ({ type: Type.HANG_UP, reason: Reason.TAKEN_ELSEWHERE }, Uint8Array.from (key.match (/../g), byte => parseInt (byte, 16)));
    this.setState (State.CONNECTING);
    this.schedule (() => this.offer ());
  }

  // One after the other; whatever a peer sends that does not fit ends the call, with a reason.
  schedule (task)
  {
    this.exchange = this.exchange.then (() => this.state === State.OVER ? undefined : task ())
      .catch (error => { console.debug (error); this.hangUp (Reason.FAILED, 'failed'); });
  }

  async open ()
  {
    if (this.connection)
      return;
    const connection = new RTCPeerConnection ({ bundlePolicy: 'max-bundle', iceServers: this.iceServers });

    this.connection = connection;
    connection.onicecandidate = event => this.gather (event.candidate);
    connection.ontrack = event => this.onRemote (event.streams[0] ?? new MediaStream ([ event.track ]), event.track);
    connection.onconnectionstatechange = () =>
      {
        if (connection.connectionState === 'connected')
          this.setState (State.UP);
        else if (connection.connectionState === 'failed')
          this.hangUp (Reason.FAILED, 'no-path');
      };
  }

  addTracks ()
  {
    for (const track of this.media.getTracks ())
      if (!this.connection.getSenders ().some (sender => sender.track === track))
        this.connection.addTrack (track, this.media);
  }

  async offer ()
  {
    await this.open ();
    this.addTracks ();
    for (const kind of [ 'audio', 'video' ])
      if (!this.media.getTracks ().some (track => track.kind === kind))
        this.connection.addTransceiver (kind, { direction: 'recvonly' });
    await this.connection.setLocalDescription ();
    this.describe (Type.OFFER);
  }

  describe (type)
  {
    const description = this.connection.localDescription.sdp;

    this.ownFingerprint = fingerprintOf (description);
    this.push ({ type, description, fingerprint: this.ownFingerprint }, this.chosen);
    this.isDescribed = true;
    this.flush ();
  }

  // The certificate is the one that the sealed message names, now and for the whole call.
  check (message)
  {
    const fingerprint = fingerprintOf (message.description);

    if (fingerprint === null || !same (fingerprint, message.fingerprint) ||
        (this.peerFingerprint && !same (fingerprint, this.peerFingerprint)))
      throw new Error ('the description names another certificate');
    this.peerFingerprint = fingerprint;
  }

  async takeOffer (message)
  {
    this.check (message);
    await this.open ();
    await this.connection.setRemoteDescription ({ type: 'offer', sdp: message.description });
    this.early.unshift ({ candidates: message.candidates, end: message.end });
    this.addTracks ();
    await this.connection.setLocalDescription ();
    this.describe (Type.ANSWER);
    await this.takeCandidates ();
    await this.makeWords ();
  }

  async takeAnswer (message)
  {
    this.check (message);
    await this.connection.setRemoteDescription ({ type: 'answer', sdp: message.description });
    this.early.unshift ({ candidates: message.candidates, end: message.end });
    await this.takeCandidates ();
    await this.makeWords ();
  }

  async takeCandidates ()
  {
    if (!this.connection?.remoteDescription)
      return;
    for (const { candidates = [] } of this.early.splice (0))
      for (const candidate of candidates)
        await this.connection.addIceCandidate ({ candidate, sdpMLineIndex: 0 }).catch (error => console.debug (error));
  }

  async makeWords ()
  {
    const code = await safetyCode (join (this.identity.key, this.ownFingerprint), join (this.peer, this.peerFingerprint));

    this.words = Array.from (code, byte => WORDS[byte]);
    this.onState (this);
  }

  gather (candidate)
  {
    if (candidate === null)
      this.ownCandidates.push (null);
    else if (candidate.candidate && candidate.candidate.length <= 256)
      this.ownCandidates.push (candidate.candidate);
    clearTimeout (this.gatherTimer);
    this.gatherTimer = setTimeout (() => this.flush (), candidate === null ? 0 : 20);
  }

  flush ()
  {
    if (!this.isDescribed || this.state === State.OVER)
      return;
    while (this.ownCandidates.length > 0)
      {
        const batch = this.ownCandidates.splice (0, MAX_CANDIDATES);
        const candidates = batch.filter (one => one !== null);

        this.push ({ type: Type.CANDIDATES, candidates, end: batch.includes (null) || undefined }, this.chosen);
      }
  }
}
