// A connection to a rendezvous that comes back by itself: docs/wire-rendezvous.md.
import { bytesOf, join, mailboxOf, proveMailbox, same, u32 } from './keys.js';

const PROTOCOL = 'yodel-rendezvous-1';
const PATH = '/rendezvous';
const Type = { WELCOME: 1, DONE: 2, MESSAGE: 3, PING: 4, ATTACH: 0x11, DETACH: 0x12, SEND: 0x13, PONG: 0x14 };
const DAY_MS = 86400000, OVERLAP_MS = 3600000;
const MAX_WAITING = 64;

const today = () => Math.floor (Date.now () / DAY_MS);

function daysToServe ()
{
  const within = Date.now () % DAY_MS;

  return within < OVERLAP_MS ? [ today (), today () - 1 ]
    : within >= DAY_MS - OVERLAP_MS ? [ today (), today () + 1 ] : [ today () ];
}

// Two ways to write the same are one.
export function normalize (uri)
{
  const url = new URL (uri);

  if (url.pathname === '/' || url.pathname === '')
    url.pathname = PATH;
  return url.href;
}

export class Rendezvous
{
  // onMessage is given envelopes, onState whether the mailbox is open.
  constructor (uri, identity, onMessage, onState)
  {
    this.url = new URL (uri);
    this.identity = identity;
    this.onMessage = onMessage;
    this.onState = onState;
    this.waiting = [];          // of [receiver, envelope]: until there is a connection
    this.failures = 0;
    this.number = 0;
    this.isUp = false;
    this.isClosed = false;
    this.connect ();
    this.dateTimer = setInterval (() => this.followTheDate (), 60000);
  }

  connect ()
  {
    const socket = new WebSocket (this.url, PROTOCOL);

    this.socket = socket;
    this.welcome = null;
    this.days = [];
    socket.binaryType = 'arraybuffer';
    socket.onmessage = event => socket === this.socket && this.take (event.data);
    socket.onclose = () => socket === this.socket && this.fail ();
    this.watch (10);
  }

  // Without a word for so long the connection is taken for dead.
  watch (seconds)
  {
    clearTimeout (this.watchTimer);
    this.watchTimer = setTimeout (() => this.fail (), 1000 * seconds);
  }

  fail ()
  {
    const most = Math.min (1000 << Math.min (this.failures, 10), this.failures < 18 ? 4000 : 60000);

    this.drop ();
    if (this.isClosed)
      return;
    this.failures++;
    this.retryTimer = setTimeout (() => this.connect (), most / 2 + Math.random () * most / 2);
    this.setUp (false);
  }

  drop ()
  {
    const socket = this.socket;

    this.socket = null;
    this.welcome = null;
    clearTimeout (this.watchTimer);
    socket?.close ();
  }

  close ()
  {
    this.isClosed = true;
    clearTimeout (this.retryTimer);
    clearInterval (this.dateTimer);
    this.drop ();
  }

  setUp (isUp)
  {
    if (this.isUp === isUp)
      return;
    this.isUp = isUp;
    this.onState (isUp);
  }

  say (type, ...parts)
  {
    if (this.socket?.readyState === WebSocket.OPEN)
      this.socket.send (join (Uint8Array.of (type), ...parts));
  }

  async attach (day)
  {
    const number = ++this.number, welcome = this.welcome;
    const mailbox = await mailboxOf (this.identity.key, day);
    const proof = await proveMailbox (this.identity, day, mailbox, welcome);

    if (welcome !== this.welcome)
      return;
    if (day === today ())
      this.attachNumber = number;
    this.say (Type.ATTACH, u32 (number), mailbox, proof);
  }

  async detach (day)
  {
    this.say (Type.DETACH, u32 (++this.number), await mailboxOf (this.identity.key, day));
  }

  followTheDate ()
  {
    if (!this.welcome)
      return;
    const days = daysToServe ();
    days.filter (day => !this.days.includes (day)).forEach (day => this.attach (day));
    this.days.filter (day => !days.includes (day)).forEach (day => this.detach (day));
    this.days = days;
  }

  take (data)
  {
    const bytes = data instanceof ArrayBuffer ? new Uint8Array (data) : new Uint8Array (0);
    const view = new DataView (bytes.buffer);

    if (bytes[0] === Type.WELCOME && bytes.length === 68 && bytes[1] === 1 && this.welcome === null)
      this.takeWelcome (bytes, view);
    else if (this.welcome === null)
      this.fail ();
    else if (bytes[0] === Type.PING && bytes.length === 5)
      this.say (Type.PONG, bytes.slice (1));
    else if (bytes[0] === Type.DONE && bytes.length === 6 && view.getUint32 (1) === this.attachNumber)
      bytes[5] === 0 ? (this.failures = 0, this.setUp (true)) : this.fail ();
    else if (bytes[0] === Type.MESSAGE && bytes.length > 33)
      this.onMessage (bytes.slice (33), this);
    if (this.welcome)
      this.watch (2.5 * this.welcome.seconds);
  }

  takeWelcome (bytes, view)
  {
    this.welcome = { nonce: bytes.slice (2, 34), serverKey: bytes.slice (34, 66), seconds: view.getUint16 (66), authority: this.url.host };
    this.followTheDate ();
    for (const [receiver, envelope] of this.waiting.splice (0))
      this.send (receiver, envelope);
  }

  async send (receiver, envelope)
  {
    if (this.welcome)
      this.say (Type.SEND, u32 (++this.number), await mailboxOf (receiver, today ()), envelope);
    else if (this.waiting.length < MAX_WAITING)
      this.waiting.push ([receiver, envelope]);
  }
}
