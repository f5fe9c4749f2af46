// A small grey picture that carries the number of a frame that was not kept.
export function stampedPicture(n) {
  const picture = Buffer.alloc(160 * 90 * 3 / 2, 128);
  const value = n * 16 + (((n >> 12) + (n >> 8 & 15) + (n >> 4 & 15) + (n & 15)) & 15);
  for (let i = 0; i < 20; i++)
    for (let row = 0; row < 5; row++)
      picture.fill(value >> (19 - i) & 1 ? 235 : 16, row * 160 + i * 8, row * 160 + i * 8 + 8);
  return picture;
}
