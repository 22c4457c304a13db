// The page itself.
function backEnd(keys, path, fields) {
  return fetch(path, { method: "POST", headers: sixinSigning.rongcloud(keys.rongcloud), body: new URLSearchParams(fields) });
}

async function main() {
  const keys = await (await fetch("/demo/people.json")).json();
  const [alice, bob] = keys.users;
  const withSdk = keys.hasSdk && location.search === "?sdk";
  const people = [new (withSdk ? SdkPerson : Person)(keys, alice, bob), new Person(keys, bob, alice)];
  const other = document.querySelector("#sdk");
  other.hidden = !keys.hasSdk;
  other.href = withSdk ? "/demo/" : "/demo/?sdk";
  other.dataset.text = withSdk ? "noSdk" : "sdk";
  speak(people);
  document.querySelector("#language").addEventListener("click", () => {
    language = language === "zh" ? "en" : "zh";
    speak(people);
  });
  document.querySelector("#raw").addEventListener("click", ({ currentTarget: button }) => {
    const isShown = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(isShown));
    document.querySelectorAll(".events").forEach((events) => (events.hidden = !isShown));
  });
  document.querySelector("#back-end").addEventListener("submit", (event) => {
    event.preventDefault();
    const [text] = event.target.elements;
    const said = { objectName: "RC:TxtMsg", content: JSON.stringify({ content: text.value }), isIncludeSender: 1 };
    backEnd(keys, "/message/private/publish.json", { fromUserId: alice.username, toUserId: bob.username, ...said });
    text.value = "";
  });
  people.forEach((person) => person.open());
}

main();
