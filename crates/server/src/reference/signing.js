// Signatures of both dialects, for the pages of the server.
globalThis.sixinSigning = (() => {
  "use strict";

  // Web Crypto has no MD5, and has nothing at all on a page that came over plain HTTP, so both hashes are here.
  const rotated = (word, by) => (word << by) | (word >>> (32 - by));

  function blocks(text, isLittle) {
    const bytes = new TextEncoder().encode(text);
    const view = new DataView(new ArrayBuffer((((bytes.length + 8) >> 6) + 1) << 6));
    bytes.forEach((byte, at) => view.setUint8(at, byte));
    view.setUint8(bytes.length, 0x80);
    view.setUint32(view.byteLength - (isLittle ? 8 : 4), bytes.length * 8, isLittle);
    return view;
  }

  function hex(words, isLittle) {
    const view = new DataView(new ArrayBuffer(words.length * 4));
    words.forEach((word, at) => view.setUint32(at * 4, word, isLittle));
    return Array.from(new Uint8Array(view.buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  function md5(text) {
    const shifts = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
    const view = blocks(text, true);
    let state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
    for (let block = 0; block < view.byteLength; block += 64) {
      let [a, b, c, d] = state;
      for (let i = 0; i < 64; i++) {
        const round = i >> 4;
        const mixed = [(b & c) | (~b & d), (d & b) | (~d & c), b ^ c ^ d, c ^ (b | ~d)][round];
        const word = [i, (5 * i + 1) % 16, (3 * i + 5) % 16, (7 * i) % 16][round];
        const sine = Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32);
        const sum = (a + mixed + sine + view.getUint32(block + word * 4, true)) | 0;
        [a, d, c, b] = [d, c, b, (b + rotated(sum, shifts[round * 4 + (i % 4)])) | 0];
      }
      state = state.map((word, at) => (word + [a, b, c, d][at]) | 0);
    }
    return hex(state, true);
  }

  function sha1(text) {
    const view = blocks(text, false);
    let state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
    for (let block = 0; block < view.byteLength; block += 64) {
      const words = [];
      let [a, b, c, d, e] = state;
      for (let i = 0; i < 80; i++) {
        words[i] =
          i < 16
            ? view.getUint32(block + i * 4)
            : rotated(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
        const round = Math.floor(i / 20);
        const mixed = [(b & c) | (~b & d), b ^ c ^ d, (b & c) | (b & d) | (c & d), b ^ c ^ d][round];
        const constant = [0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6][round];
        [a, b, c, d, e] = [(rotated(a, 5) + mixed + e + constant + words[i]) | 0, a, rotated(b, 30), c, d];
      }
      state = state.map((word, at) => (word + [a, b, c, d, e][at]) | 0);
    }
    return hex(state, false);
  }

  /** The headers of a back end. */
  function rongcloud({ appKey, secret }) {
    const nonce = hex(crypto.getRandomValues(new Uint32Array(2)), false);
    const timestamp = String(Date.now());
    const signature = sha1(secret + nonce + timestamp);
    return { "App-Key": appKey, Nonce: nonce, Timestamp: timestamp, Signature: signature };
  }

  /** The headers of an app, and of whoever is signed in there. */
  function fresns({ secret, ...who }) {
    const signed = { ...who, timestamp: String(Date.now()), version: "1.0.0" };
    const names = Object.keys(signed).filter((name) => signed[name]).sort();
    const text = names.map((name) => `${name}=${signed[name]}`).join("&") + `&key=${secret}`;
    const headers = { sign: md5(text), deviceInfo: "{}" };
    names.forEach((name) => (headers[name] = signed[name]));
    return headers;
  }

  return { rongcloud, fresns };
})();
