// Signs every request of a Fresns client: the hex MD5 of the signed headers, sorted by name, and the app secret.
import type { Middleware } from "openapi-fetch";
import { md5 } from "./md5.js";

export interface App {
  appId: string;
  secret: string;
  platformId: string;
}

/** Who is signed in: nobody, an account, or a user of an account. */
export interface Session {
  aid?: string;
  uid?: number;
  token?: string;
}

export function signing(app: App, session: Session): Middleware {
  return {
    onRequest({ request }) {
      const signed: Record<string, string> = {
        appId: app.appId,
        platformId: app.platformId,
        timestamp: String(Date.now()),
        version: "1.0.0",
      };
      for (const name of ["aid", "uid", "token"] as const) {
        if (session[name] !== undefined) signed[name] = String(session[name]);
      }
      const names = Object.keys(signed).sort();
      const text = names.map((name) => `${name}=${signed[name]}`).join("&") + `&key=${app.secret}`;
      names.forEach((name) => request.headers.set(name, signed[name] ?? ""));
      request.headers.set("sign", md5(text));
      request.headers.set("deviceInfo", "{}");
      request.headers.set("langTag", "en");
      return request;
    },
  };
}
