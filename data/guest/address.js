// Addresses, invites and links: docs/wire-signalling.md, "Invites".

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';   // RFC 4648 section 6
const KEY_BYTES = 32;
const RAW_BYTES = KEY_BYTES + 4 + 1;
const ADDRESS_CHARS = 60;
const VERSION = 1;
const MAX_LINK = 300;
const MAX_HINTS = 4;
const TOKEN_BYTES = 10;

export function toBase32 (bytes)
{
  let text = '', bits = 0, n = 0;

  for (const byte of bytes)
    {
      bits = (bits << 8 | byte) & 0xffff;
      for (n += 8; n >= 5; n -= 5)
        text += ALPHABET[bits >> (n - 5) & 31];
    }
  return n > 0 ? text + ALPHABET[bits << (5 - n) & 31] : text;
}

// null where a letter is none of the alphabet, or the spare bits are not zero.
export function fromBase32 (text)
{
  const bytes = [];
  let bits = 0, n = 0;

  for (const letter of text)
    {
      const value = ALPHABET.indexOf (letter);

      if (value < 0)
        return null;
      bits = (bits << 5 | value) & 0xffff;
      n += 5;
      if (n >= 8)
        {
          n -= 8;
          bytes.push (bits >> n & 0xff);
        }
    }
  return (bits & ((1 << n) - 1)) === 0 ? Uint8Array.from (bytes) : null;
}

// BLAKE2b-256 (RFC 7693) of at most one block: a checksum against typing errors, no secret.
const IV = [ 0x6a09e667f3bcc908n, 0xbb67ae8584caa73bn, 0x3c6ef372fe94f82bn, 0xa54ff53a5f1d36f1n,
             0x510e527fade682d1n, 0x9b05688c2b3e6c1fn, 0x1f83d9abfb41bd6bn, 0x5be0cd19137e2179n ];
const SIGMA = [ '0123456789abcdef', 'ea489fd61c02b753', 'b8c052fdae367194', '7931dcbe265a40f8', '905724afe1bc683d',
                '2c6a0b834d75fe19', 'c51fed4a0763928b', 'db7ec13950f4862a', '6fe9b308c2d714a5', 'a2847615fb9e3cd0' ];
const MIXES = [ [0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15], [0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14] ];
const MASK = (1n << 64n) - 1n;

export function blake2b (message)
{
  const block = new DataView (new ArrayBuffer (128));
  const rotate = (x, n) => (x >> n | x << 64n - n) & MASK;

  message.forEach ((byte, i) => block.setUint8 (i, byte));
  const m = Array.from ({ length: 16 }, (_, i) => block.getBigUint64 (8 * i, true));
  const h = IV.map ((x, i) => i === 0 ? x ^ 0x01010020n : x);
  const v = [...h, ...IV];
  v[12] ^= BigInt (message.length);
  v[14] ^= MASK;

  for (let round = 0; round < 12; round++)
    MIXES.forEach (([a, b, c, d], i) =>
      {
        const word = j => m[parseInt (SIGMA[round % 10][2 * i + j], 16)];

        v[a] = v[a] + v[b] + word (0) & MASK;
        v[d] = rotate (v[d] ^ v[a], 32n);
        v[c] = v[c] + v[d] & MASK;
        v[b] = rotate (v[b] ^ v[c], 24n);
        v[a] = v[a] + v[b] + word (1) & MASK;
        v[d] = rotate (v[d] ^ v[a], 16n);
        v[c] = v[c] + v[d] & MASK;
        v[b] = rotate (v[b] ^ v[c], 63n);
      });

  const out = new DataView (new ArrayBuffer (32));
  h.slice (0, 4).forEach ((x, i) => out.setBigUint64 (8 * i, x ^ v[i] ^ v[i + 8], true));
  return new Uint8Array (out.buffer);
}

function checksum (key)
{
  return blake2b (Uint8Array.from ([...new TextEncoder ().encode ('yodel-address'), ...key, VERSION])).slice (0, 4);
}

export function writeAddress (key)
{
  return 'yodel:' + toBase32 (Uint8Array.from ([...key, ...checksum (key), VERSION]));
}

// The key of an address, without yodel:; null where it is none.
export function parseAddress (text)
{
  const raw = text.length === ADDRESS_CHARS ? fromBase32 (text) : null;

  if (raw === null || raw.length !== RAW_BYTES || raw[RAW_BYTES - 1] !== VERSION)
    return null;
  const key = raw.slice (0, KEY_BYTES);
  return checksum (key).every ((byte, i) => byte === raw[KEY_BYTES + i]) ? key : null;
}

// What is behind the # of the page's address: an invite, with yodel: or without. null: none.
export function parseInvite (text)
{
  const link = text.replace (/^#/, '').replace (/^yodel:/, '');
  const [address, query = ''] = link.split ('?', 2);
  const key = parseAddress (address);

  if (key === null || link.length > MAX_LINK)
    return null;
  const fields = new URLSearchParams (query);
  const token = fromBase32 (fields.get ('t') ?? '');
  const expires = Number (fields.get ('e') ?? 0);
  return {
    key,
    address: 'yodel:' + address,
    name: (fields.get ('n') ?? '').replace (/[\p{C}]/gu, '').slice (0, 64),
    token: token !== null && token.length === TOKEN_BYTES ? token : null,
    hasEnded: expires > 0 && expires < Date.now () / 1000,
    hints: fields.getAll ('h').slice (0, MAX_HINTS).filter (hint => /^wss?:\/\//.test (hint)),
  };
}
