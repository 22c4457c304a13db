// A fetch that repeats what was not answered, or answered with 5xx. A message is stored once all the same: all attempts
// carry the same Idempotency-Key. Each is signed anew where the app key is strict; here one signature is good for all.
const ATTEMPTS = 4;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export function retrying(timeoutMs: number): (request: Request) => Promise<Response> {
  return async (request) => {
    // Web Crypto, which browsers, React Native and Node have alike.
    if (request.method !== "GET") request.headers.set("Idempotency-Key", newKey());
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await fetch(request.clone(), { signal: AbortSignal.timeout(timeoutMs) });
        // All of it: an answer that is cut off is none.
        const body = await answer.arrayBuffer();
        if (answer.status < 500 || attempt === ATTEMPTS) return new Response(body, answer);
      } catch (error) {
        if (attempt === ATTEMPTS) throw error;
      }
      await pause(100 * 2 ** attempt);
    }
  };
}

/** 128 random bits in hex. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
