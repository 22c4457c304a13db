// A client with full types. Credentials are security schemes of the document, so no call asks for them.
import createClient from "openapi-fetch";
import type { paths } from "./schema.js";
import { retrying } from "./retrying.js";
import { signing, type App, type Session } from "./signing.js";

export type Client = ReturnType<typeof connect>;

export function connect(baseUrl: string, app: App, session: Session, timeoutMs = 10_000) {
  const client = createClient<paths>({ baseUrl, fetch: retrying(timeoutMs) });
  client.use(signing(app, session));
  return client;
}

/** What an answer with code 0 holds. */
type Done<Answer> = Extract<Answer, { code: 0 }> extends { data: infer Data } ? Data : never;

/** A refusal of the server, with its code. */
export class Refused extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(`${code}: ${message}`);
  }
}

/** What a call was answered with, or the refusal as an error. */
export async function done<Answer extends { code: number; message: string }>(
  call: Promise<{ data?: Answer; error?: unknown }>,
): Promise<Done<Answer>> {
  const { data, error } = await call;
  if (data === undefined) throw new Error(`no answer: ${JSON.stringify(error)}`);
  if (data.code !== 0) throw new Refused(data.code, data.message);
  return (data as unknown as { data: Done<Answer> }).data;
}
