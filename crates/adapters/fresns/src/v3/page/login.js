// Signs somebody in for an app of Fresns 3.x: the password goes to this server, a login token to the app.
(() => {
  "use strict";

  const TEXTS = {
    en: {
      title: "Sign in",
      email: "E-mail",
      phone: "Telephone",
      country: "Country code",
      password: "Password",
      choose: "Choose a user",
      pin: "PIN of the user",
      open: "Please open this page from the app.",
      again: "This page has been open for too long. Please go back to the app and open it again.",
      failed: "The server could not be reached. Please try again.",
      done: "You are signed in. You can go back to the app.",
    },
    zh: {
      title: "登录",
      email: "邮箱",
      phone: "手机号",
      country: "国际区号",
      password: "密码",
      choose: "请选择用户",
      pin: "用户 PIN",
      open: "请从应用中打开此页面。",
      again: "页面打开时间过长，请返回应用重新打开。",
      failed: "无法连接服务器，请重试。",
      done: "登录成功，可以返回应用了。",
    },
  };
  // The signature of the app has ended or was used up.
  const STALE = 31303;
  // The user has a PIN.
  const PIN_NEEDED = 31604;

  const query = new URLSearchParams(location.search);
  const headers = opened(query.get("accessToken"));
  const callbackKey = query.get("callbackKey") || "fresnsAccountSign";
  const back = query.get("redirectURL");
  // What proves the app stays out of the history of the browser.
  history.replaceState(null, "", location.pathname);

  const tag = (headers && headers["X-Fresns-Client-Lang-Tag"]) || navigator.language || "en";
  const language = String(tag).toLowerCase().startsWith("zh") ? "zh" : "en";
  const words = TEXTS[language];
  const form = document.getElementById("form");
  const told = document.getElementById("told");
  const origins = document.querySelector('meta[name="sixin-origins"]').content.split(" ").filter(Boolean);
  const trusted = [location.origin, ...origins];

  document.documentElement.lang = language === "zh" ? "zh-Hans" : "en";
  document.title = words.title;
  for (const place of document.querySelectorAll("[data-text]")) {
    place.textContent = words[place.dataset.text];
  }
  if (!headers) {
    told.textContent = words.open;
    return;
  }
  form.hidden = false;
  form.addEventListener("change", kindChosen);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    signIn();
  });

  /** The headers in an access token: Base64 of JSON. */
  function opened(token) {
    try {
      const bytes = Uint8Array.from(atob(token.replaceAll(" ", "+")), (char) => char.charCodeAt(0));
      const all = Object.entries(JSON.parse(new TextDecoder().decode(bytes)));
      const ours = all.filter(([name, value]) => /^X-Fresns-[A-Za-z-]+$/i.test(name) && value !== null && value !== "");
      return ours.length > 0 ? Object.fromEntries(ours.map(([name, value]) => [name, String(value)])) : null;
    } catch {
      return null;
    }
  }

  function kindChosen() {
    const isPhone = form.elements.kind.value === "phone";
    document.getElementById("country").hidden = !isPhone;
    form.elements.country.required = isPhone;
    document.getElementById("account-label").textContent = isPhone ? words.phone : words.email;
    form.elements.account.type = isPhone ? "tel" : "email";
  }

  function base64(text) {
    return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
  }

  function asked() {
    const { kind, account, country, password, pin } = form.elements;
    const body = { type: kind.value, account: account.value.trim(), password: base64(password.value) };
    if (kind.value === "phone") {
      body.countryCode = country.value.trim();
    }
    const user = form.querySelector('input[name="user"]:checked');
    if (user) {
      body.uidOrUsername = user.value;
    }
    if (pin.value) {
      body.pin = base64(pin.value);
    }
    return body;
  }

  async function signIn() {
    const button = form.querySelector("button");
    button.disabled = true;
    told.textContent = "";
    try {
      const answer = await fetch("/api/fresns/v1/account/login-token", {
        method: "POST",
        headers: { ...headers, "Content-Type": "application/json" },
        body: JSON.stringify(asked()),
        signal: AbortSignal.timeout(30000),
      });
      const { code, message, data } = await answer.json();
      if (code === 0 && data.loginToken) {
        finish(data.loginToken);
      } else if (code === 0) {
        offer(data.users);
      } else {
        document.getElementById("pin").hidden &&= code !== PIN_NEEDED;
        told.textContent = code === STALE ? words.again : `[${code}] ${message}`;
      }
    } catch {
      told.textContent = words.failed;
    }
    button.disabled = false;
  }

  /** Lets somebody with several users choose. */
  function offer(users) {
    const place = document.getElementById("users");
    for (const user of users) {
      const label = document.createElement("label");
      const choice = document.createElement("input");
      Object.assign(choice, { type: "radio", name: "user", value: String(user.uid), required: true });
      choice.addEventListener("change", () => {
        document.getElementById("pin").hidden = !user.hasPin;
      });
      label.append(choice, ` ${user.nickname} (${user.username})`);
      place.append(label);
    }
    document.getElementById("who").hidden = true;
    place.hidden = false;
  }

  /** Hands the token to whoever opened the page: an app's web view, a page around this one, or a page to go back to. */
  function finish(loginToken) {
    form.remove();
    told.textContent = words.done;
    const action = { postMessageKey: callbackKey, windowClose: true, redirectUrl: "", dataHandler: "" };
    const message = JSON.stringify({ code: 0, message: "ok", action, data: { loginToken } });
    if (window.ReactNativeWebView) {
      window.ReactNativeWebView.postMessage(message);
      return;
    }
    if (window.parent !== window) {
      // The browser hands it to the page around this one only if that is at the origin which is named.
      trusted.forEach((origin) => window.parent.postMessage(message, origin));
      return;
    }
    if (window.__wxjs_environment === "miniprogram" && window.WeixinJSBridge) {
      window.WeixinJSBridge.invoke("invokeMiniProgramAPI", { name: "postMessage", arg: message });
      window.WeixinJSBridge.invoke("invokeMiniProgramAPI", { name: "navigateBack", arg: { delta: 1 } });
      return;
    }
    const target = destination(loginToken);
    if (target) {
      location.replace(target);
    }
  }

  /** The address to go back to, if it is one of those that may get a token. */
  function destination(loginToken) {
    try {
      const filled = back.replaceAll("{loginToken}", loginToken).replaceAll("%7BloginToken%7D", loginToken);
      const url = new URL(filled);
      return trusted.includes(url.origin) ? url.href : null;
    } catch {
      return null;
    }
  }
})();
