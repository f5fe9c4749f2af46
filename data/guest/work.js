// A worker that does the little work a knock costs: docs/wire-signalling.md, "The dialogue". It is asked with
// the bytes before the proof and answers with the proof. SHA-256 (FIPS 180-4) is written out, for a
// quarter of a million digests by promises take a browser many seconds; nothing here is secret.

const K = new Uint32Array (64), H = new Uint32Array (8);

function fraction (x)
{
  return Math.floor ((x - Math.floor (x)) * 2 ** 32);
}

for (let n = 2, i = 0; i < 64; n++)
  if (Array.from ({ length: Math.floor (Math.sqrt (n)) - 1 }, (_, j) => j + 2).every (d => n % d !== 0))
    {
      if (i < 8)
        H[i] = fraction (Math.sqrt (n));
      K[i++] = fraction (Math.cbrt (n));
    }

const w = new Uint32Array (64);

// Adds the 16 words at the beginning of w to the state.
function compress (state)
{
  const rotate = (x, n) => x >>> n | x << 32 - n;
  let [a, b, c, d, e, f, g, h] = state;

  for (let i = 16; i < 64; i++)
    {
      const x = w[i - 15], y = w[i - 2];

      w[i] = w[i - 16] + (rotate (x, 7) ^ rotate (x, 18) ^ x >>> 3) + w[i - 7] + (rotate (y, 17) ^ rotate (y, 19) ^ y >>> 10);
    }
  for (let i = 0; i < 64; i++)
    {
      const one = h + (rotate (e, 6) ^ rotate (e, 11) ^ rotate (e, 25)) + (e & f ^ ~e & g) + K[i] + w[i] | 0;
      const two = (rotate (a, 2) ^ rotate (a, 13) ^ rotate (a, 22)) + (a & b ^ a & c ^ b & c) | 0;

      h = g; g = f; f = e; e = d + one | 0; d = c; c = b; b = a; a = one + two | 0;
    }
  [a, b, c, d, e, f, g, h].forEach ((x, i) => { state[i] += x; });
}

function load (view, at)
{
  for (let i = 0; i < 16; i++)
    w[i] = view.getUint32 (at + 4 * i);
}

// Finds the number whose eight bytes behind the prefix make the digest begin with so many zero bits.
export function findProof (prefix, bits)
{
  const whole = new Uint8Array (Math.ceil ((prefix.length + 8 + 9) / 64) * 64);
  const view = new DataView (whole.buffer);
  const last = Math.floor (prefix.length / 64) * 64;   // blocks before this one do not change
  const before = H.slice ();

  whole.set (prefix);
  whole[prefix.length + 8] = 0x80;
  view.setUint32 (whole.length - 4, 8 * (prefix.length + 8));
  for (let at = 0; at < last; at += 64)
    {
      load (view, at);
      compress (before);
    }
  for (let proof = 0; ; proof++)
    {
      const state = before.slice ();

      view.setUint32 (prefix.length + 4, proof);
      for (let at = last; at < whole.length; at += 64)
        {
          load (view, at);
          compress (state);
        }
      if (Math.clz32 (state[0]) >= bits)
        return proof;
    }
}

if (typeof WorkerGlobalScope !== 'undefined')
  self.onmessage = event => self.postMessage (findProof (event.data.prefix, event.data.bits));
