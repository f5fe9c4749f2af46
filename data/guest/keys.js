// Who the guest is for this visit, and the seals: docs/wire-signalling.md, "The envelope". All ciphers are the
// browser's own (Web Cryptography); what is computed here are public values.

const DOMAIN = 'yodel sealed message 1';
const SIZES = [ 512, 1024, 2048, 4096, 8192, 16384, 32768 ];
const OUTER_BYTES = 1 + 32 + 16;
const INNER_BYTES = 32 + 64 + 2;
const MAX_CONTENT = 32000;

export const bytesOf = text => new TextEncoder ().encode (text);

export function join (...parts)
{
  const whole = new Uint8Array (parts.reduce ((sum, part) => sum + part.length, 0));
  let at = 0;

  for (const part of parts)
    {
      whole.set (part, at);
      at += part.length;
    }
  return whole;
}

export function same (a, b)
{
  return a.length === b.length && a.every ((byte, i) => byte === b[i]);
}

export const toHex = bytes => Array.from (bytes, byte => byte.toString (16).padStart (2, '0')).join ('');

export const random = n => crypto.getRandomValues (new Uint8Array (n));

export const sha256 = async bytes => new Uint8Array (await crypto.subtle.digest ('SHA-256', bytes));

export function u32 (value)
{
  return Uint8Array.of (value >>> 24, value >>> 16 & 0xff, value >>> 8 & 0xff, value & 0xff);
}

// The Montgomery form of an Ed25519 public key: u = (1 + y) / (1 - y) modulo p, RFC 7748 section 4.1.
export function montgomery (key)
{
  const p = (1n << 255n) - 19n;
  const mod = x => (x % p + p) % p;
  let y = 0n;

  for (let i = 31; i >= 0; i--)
    y = y << 8n | BigInt (i === 31 ? key[i] & 0x7f : key[i]);

  let base = mod (1n - y), exponent = p - 2n, inverse = 1n;
  for (; exponent > 0n; exponent >>= 1n, base = mod (base * base))
    if (exponent & 1n)
      inverse = mod (inverse * base);

  let u = mod ((1n + y) * inverse);
  return Uint8Array.from ({ length: 32 }, () => { const byte = Number (u & 0xffn); u >>= 8n; return byte; });
}

const X25519_PKCS8 = Uint8Array.of (0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x6e, 4, 0x22, 4, 0x20);   // RFC 8410

const importSecret = scalar => crypto.subtle.importKey ('pkcs8', join (X25519_PKCS8, scalar), 'X25519', false, ['deriveBits']);

// X25519; a result of zero is an error.
async function agree (secret, publicKey)
{
  const key = await crypto.subtle.importKey ('raw', publicKey, 'X25519', false, []);
  const shared = new Uint8Array (await crypto.subtle.deriveBits ({ name: 'X25519', public: key }, secret, 256));

  if (shared.every (byte => byte === 0))
    throw new Error ('a key that is none');
  return shared;
}

async function hmac (key, ...parts)
{
  // an empty key is not allowed, and zeros are the same
  const imported = await crypto.subtle.importKey ('raw', key.length > 0 ? key : new Uint8Array (32), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);

  return new Uint8Array (await crypto.subtle.sign ('HMAC', imported, join (...parts)));
}

// HPKE in base mode, RFC 9180: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM.
const KEM = join (bytesOf ('KEM'), Uint8Array.of (0, 0x20));
const SUITE = join (bytesOf ('HPKE'), Uint8Array.of (0, 0x20, 0, 1, 0, 1));
const NONE = new Uint8Array (0);

const extract = (suite, salt, label, input) => hmac (salt, bytesOf ('HPKE-v1'), suite, bytesOf (label), input);

async function expand (suite, key, label, info, n)
{
  return (await hmac (key, Uint8Array.of (0, n), bytesOf ('HPKE-v1'), suite, bytesOf (label), info, Uint8Array.of (1))).slice (0, n);
}

async function schedule (shared, enc, receiver, info)
{
  const secret = await expand (KEM, await extract (KEM, NONE, 'eae_prk', shared), 'shared_secret', join (enc, receiver), 32);
  const context = join (Uint8Array.of (0), await extract (SUITE, NONE, 'psk_id_hash', NONE), await extract (SUITE, NONE, 'info_hash', info));
  const work = await extract (SUITE, secret, 'secret', NONE);

  return {
    key: await crypto.subtle.importKey ('raw', await expand (SUITE, work, 'key', context, 16), 'AES-GCM', false, ['encrypt', 'decrypt']),
    cipher: { name: 'AES-GCM', iv: await expand (SUITE, work, 'base_nonce', context, 12), additionalData: Uint8Array.of (1), tagLength: 128 },
  };
}

// A key pair for one visit: it is never stored.
export async function newIdentity ()
{
  const pair = await crypto.subtle.generateKey ('Ed25519', true, ['sign', 'verify']);
  const pkcs8 = new Uint8Array (await crypto.subtle.exportKey ('pkcs8', pair.privateKey));
  const hash = new Uint8Array (await crypto.subtle.digest ('SHA-512', pkcs8.slice (-32)));
  const key = new Uint8Array (await crypto.subtle.exportKey ('raw', pair.publicKey));
  const identity = { key, boxKey: montgomery (key), signer: pair.privateKey, secret: await importSecret (hash.slice (0, 32)) };

  pkcs8.fill (0);
  hash.fill (0);
  return identity;
}

export async function seal (identity, receiver, content)
{
  const signature = new Uint8Array (await crypto.subtle.sign ('Ed25519', identity.signer, join (bytesOf (DOMAIN), receiver, content)));
  const size = SIZES.find (n => n >= OUTER_BYTES + INNER_BYTES + content.length);
  const inside = new Uint8Array (size - OUTER_BYTES);
  const ephemeral = await crypto.subtle.generateKey ('X25519', false, ['deriveBits']);
  const enc = new Uint8Array (await crypto.subtle.exportKey ('raw', ephemeral.publicKey));
  const box = montgomery (receiver);

  inside.set (join (identity.key, signature, Uint8Array.of (content.length >> 8, content.length & 0xff), content));
  const { key, cipher } = await schedule (await agree (ephemeral.privateKey, box), enc, box, join (bytesOf (DOMAIN), receiver));
  return join (Uint8Array.of (1), enc, new Uint8Array (await crypto.subtle.encrypt (cipher, key, inside)));
}

// Returns who sent it and the content; throws at whatever is not for this identity, not signed or not padded so.
export async function open (identity, envelope)
{
  if (!SIZES.includes (envelope.length) || envelope[0] !== 1)
    throw new Error ('no envelope');
  const enc = envelope.slice (1, 33);
  const { key, cipher } = await schedule (await agree (identity.secret, enc), enc, identity.boxKey, join (bytesOf (DOMAIN), identity.key));
  const inside = new Uint8Array (await crypto.subtle.decrypt (cipher, key, envelope.slice (33)));
  const sender = inside.slice (0, 32);
  const n = inside[96] << 8 | inside[97];
  const content = inside.slice (98, 98 + n);

  if (n > MAX_CONTENT || content.length !== n || inside.slice (98 + n).some (byte => byte !== 0) ||
      SIZES.find (size => size >= OUTER_BYTES + INNER_BYTES + n) !== envelope.length)
    throw new Error ('wrong padding');
  const verifier = await crypto.subtle.importKey ('raw', sender, 'Ed25519', false, ['verify']);
  if (!await crypto.subtle.verify ('Ed25519', verifier, inside.slice (32, 96), join (bytesOf (DOMAIN), identity.key, content)))
    throw new Error ('wrong signature');
  return { sender, content };
}

// docs/wire-rendezvous.md, "Mailboxes"
const factorOf = (key, day) => sha256 (join (bytesOf ('yodel mailbox 1'), key, u32 (day)));

export async function mailboxOf (key, day)
{
  return agree (await importSecret (await factorOf (key, day)), montgomery (key));
}

export async function proveMailbox (identity, day, mailbox, { nonce, serverKey, authority })
{
  const factor = await importSecret (await factorOf (identity.key, day));
  const shared = await agree (factor, await agree (identity.secret, serverKey));

  return hmac (shared, bytesOf ('yodel mailbox proof 1'), nonce, serverKey, mailbox, bytesOf (authority));
}

// Six bytes, each of which stands for a word: docs/wire-signalling.md, "The safety code".
export async function safetyCode (one, other)
{
  const sides = [ one, other ].sort ((a, b) => toHex (a) < toHex (b) ? -1 : 1);
  const password = await crypto.subtle.importKey ('raw', join (...sides), 'PBKDF2', false, ['deriveBits']);

  return new Uint8Array (await crypto.subtle.deriveBits ({ name: 'PBKDF2', hash: 'SHA-256', salt: bytesOf ('yodel safety code 1'), iterations: 16384 },
                                                         password, 256)).slice (0, 6);
}
