// What an app imports.
export { connect, done, Refused, type Client } from "./client.js";
export type { App, Session } from "./signing.js";
export type { paths } from "./schema.js";
