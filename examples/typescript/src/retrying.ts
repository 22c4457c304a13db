// A fetch that repeats what was not answered, or answered with 5xx. A message is stored once all the same: all attempts
// carry the same Idempotency-Key. Each is signed anew where the app key is strict; here one signature is good for all.
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";

const ATTEMPTS = 4;

export function retrying(timeoutMs: number): (request: Request) => Promise<Response> {
  return async (request) => {
    if (request.method !== "GET") request.headers.set("Idempotency-Key", randomUUID());
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
