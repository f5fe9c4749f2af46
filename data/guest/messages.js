// What two endpoints say about a call: docs/wire-signalling.md, "The content".
import { bytesOf, join, u32 } from './keys.js';

export const Type = { OFFER: 1, ANSWER: 2, CANDIDATES: 3, RING: 4, ACCEPT: 5, DECLINE: 6, BUSY: 7, HANG_UP: 8, ACK: 9, KNOCK: 10 };
export const Reason = { NORMAL: 0, CANCELLED: 1, TAKEN_ELSEWHERE: 2, ENDED_ELSEWHERE: 3, NO_ANSWER: 4, FAILED: 5 };

export const MAX_CANDIDATES = 16;
export const ALL_DEVICES = new Uint8Array (8);

const describing = [ Type.OFFER, Type.ANSWER ];
const trickling = [ ...describing, Type.CANDIDATES ];

// tag: which types have it, how often, how long, and under which name here
const rules = {
  0x81: { types: describing, count: 1, min: 1, max: 31000, name: 'description' },
  0x82: { types: describing, count: 1, min: 32, max: 32, name: 'fingerprint' },
  0x83: { types: trickling, count: MAX_CANDIDATES, min: 1, max: 256, name: 'candidates' },
  0x84: { types: trickling, count: 1, min: 0, max: 0, name: 'end' },
  0x85: { types: [ Type.HANG_UP ], count: 1, min: 1, max: 1, name: 'reason' },
  0x86: { types: [ Type.ACK ], count: 16, min: 12, max: 12, name: 'acks' },
  0x07: { types: [ Type.KNOCK ], count: 1, min: 1, max: 64, name: 'name' },
  0x08: { types: [ Type.KNOCK ], count: 1, min: 1, max: 200, name: 'greeting' },
  0x09: { types: [ Type.KNOCK ], count: 1, min: 8, max: 8, name: 'proof' },
  0x0a: { types: [ Type.KNOCK ], count: 1, min: 10, max: 10, name: 'invite' },
};
const needed = { [Type.OFFER]: [ 'description', 'fingerprint' ], [Type.ANSWER]: [ 'description', 'fingerprint' ],
                 [Type.HANG_UP]: [ 'reason' ], [Type.ACK]: [ 'acks' ] };

export function u64 (value)
{
  const view = new DataView (new ArrayBuffer (8));

  view.setBigUint64 (0, BigInt (value));
  return new Uint8Array (view.buffer);
}

function readText (bytes, hasLines)
{
  const text = new TextDecoder ('utf-8', { fatal: true }).decode (bytes);

  if ((hasLines ? /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/ : /[\x00-\x1f\x7f]/).test (text))
    throw new Error ('control characters');
  return text;
}

const readers = {
  description: bytes => readText (bytes, true),
  candidates: bytes => readText (bytes, false),
  name: bytes => readText (bytes, false),
  greeting: bytes => readText (bytes, false),
  end: () => true,
  reason: bytes => Math.min (bytes[0], Reason.FAILED),
  acks: bytes => ({ device: bytes.slice (0, 8), number: new DataView (bytes.buffer, bytes.byteOffset).getUint32 (8) }),
};

function take (message, rule, bytes)
{
  const value = (readers[rule.name] ?? (raw => raw.slice ())) (bytes);

  if (rule.count > 1)
    (message[rule.name] ??= []).push (value);
  else if (message[rule.name] === undefined)
    message[rule.name] = value;
  else
    throw new Error ('a field twice');
  if (rule.count > 1 && message[rule.name].length > rule.count)
    throw new Error ('a field too often');
}

// Throws at what is not allowed.
export function parse (bytes)
{
  const view = new DataView (bytes.buffer, bytes.byteOffset, bytes.length);
  const message = { type: view.getUint8 (0), number: view.getUint32 (1), sent: Number (view.getBigUint64 (5)),
                    call: bytes.slice (13, 29), device: bytes.slice (29, 37), to: bytes.slice (37, 45) };

  if (bytes.length < 45 || message.number === 0 || message.type < Type.OFFER || message.type > Type.KNOCK)
    throw new Error ('no message');
  for (let at = 45; at < bytes.length;)
    {
      const tag = view.getUint8 (at), size = view.getUint16 (at + 1), rule = rules[tag];

      at += 3 + size;
      if (at > bytes.length)
        throw new Error ('cut off');
      if (rule === undefined && tag < 0x80)
        continue;
      if (rule === undefined || !rule.types.includes (message.type) || size < rule.min || size > rule.max)
        throw new Error ('a field that may not be');
      take (message, rule, bytes.slice (at - size, at));
    }
  if ((needed[message.type] ?? []).some (name => message[name] === undefined) ||
      (message.type === Type.CANDIDATES && !message.candidates && !message.end))
    throw new Error ('a field is missing');
  return message;
}

function field (tag, value)
{
  const bytes = typeof value === 'string' ? bytesOf (value) : value;

  return join (Uint8Array.of (tag, bytes.length >> 8, bytes.length & 0xff), bytes);
}

export function write (message)
{
  const parts = [ Uint8Array.of (message.type), u32 (message.number), u64 (message.sent), message.call, message.device, message.to ];

  if (message.description !== undefined)
    parts.push (field (0x81, message.description), field (0x82, message.fingerprint));
  for (const candidate of message.candidates ?? [])
    parts.push (field (0x83, candidate));
  if (message.end)
    parts.push (field (0x84, new Uint8Array (0)));
  if (message.type === Type.HANG_UP)
    parts.push (field (0x85, Uint8Array.of (message.reason)));
  for (const ack of message.acks ?? [])
    parts.push (field (0x86, join (ack.device, u32 (ack.number))));
  if (message.name)
    parts.push (field (0x07, message.name));
  if (message.proof !== undefined)
    parts.push (field (0x09, u64 (message.proof)));
  if (message.invite)
    parts.push (field (0x0a, message.invite));
  return join (...parts);
}
