// Saves a draft as one goes: <form data-autosave-url="…"> is posted 800 ms after the last change.
// The server is the only store. It answers
//   200 {"ok": true, "saved_at": "14:02", "version": 3}
//   409 {"conflict": true, "message": "…", "url": "…"}   someone else saved it: say so and stop
//   400 {"ok": false, "message": "…"}                    cannot be saved as it stands: say so, try after the next change
// A hidden field named draft_version carries the version the person is working on. Where parts of a form have versions
// of their own, any answer may bring "versions": {"name of a hidden field": "its new value"}.
(() => {
  "use strict";
  const WAIT = 800;
  const RETRY = 10000;

  const cookie = (name) => (document.cookie.split("; ").find((part) => part.startsWith(`${name}=`)) || "").slice(name.length + 1);

  // After signing in again in another tab the old token is dead: take the new one, for the final sending too.
  const renewToken = () => {
    const token = cookie("csrftoken");
    if (token) document.querySelectorAll("input[name=csrfmiddlewaretoken]").forEach((input) => (input.value = token));
    return Boolean(token);
  };

  const watch = (form) => {
    const status = form.querySelector("[data-autosave-status]") || document.querySelector("[data-autosave-status]");
    let changes = 0; // counts changes, so that one made during a save is seen
    let saved = 0;
    let timer = 0;
    let running = null;
    let stopped = false;
    let leaving = false;

    const say = (state, text, link) => {
      if (!status) return;
      status.dataset.state = state;
      status.textContent = text;
      if (link) {
        const anchor = document.createElement("a");
        anchor.href = link.url;
        anchor.textContent = link.text;
        if (link.newTab) anchor.target = "_blank";
        status.append(" ", anchor);
      }
    };
    const later = (milliseconds) => {
      window.clearTimeout(timer);
      if (!stopped && !leaving) timer = window.setTimeout(save, milliseconds);
    };
    const content = () => {
      const data = new FormData(form);
      for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
      return data;
    };

    const send = async (keepalive) => {
      const sending = changes;
      let response;
      try {
        response = await fetch(form.dataset.autosaveUrl, {
          method: "POST",
          body: content(),
          credentials: "same-origin",
          redirect: "manual",
          headers: { Accept: "application/json", "X-Requested-With": "XMLHttpRequest" },
          keepalive,
        });
      } catch {
        say("trouble", "Not saved – no connection, will try again");
        later(RETRY);
        return;
      }
      const isJson = (response.headers.get("Content-Type") || "").includes("application/json");
      const answer = isJson ? await response.json().catch(() => ({})) : {};
      for (const [name, value] of Object.entries(answer.versions || {})) {
        const part = form.querySelector(`input[type=hidden][name="${CSS.escape(name)}"]`);
        if (part) part.value = value;
      }
      if (response.status === 409) {
        stopped = true;
        say("trouble", answer.message || "Not saved – someone else has changed this draft.", answer.url && { url: answer.url, text: "See the newer version" });
      } else if (response.ok && answer.ok) {
        saved = sending;
        const version = form.querySelector("input[name=draft_version]");
        if (version && answer.version !== undefined) version.value = answer.version;
        say("saved", `Saved ${answer.saved_at}`);
        document.dispatchEvent(new CustomEvent("portal:answered"));
        if (changes > saved) later(WAIT);
      } else if (response.status === 400 && answer.message) {
        say("trouble", answer.message);
      } else if (response.type === "opaqueredirect" || response.status === 401) {
        renewToken();
        say("trouble", "Not saved – you are signed out.", { url: "/", text: "Sign in in a new tab, then come back", newTab: true });
        later(RETRY);
      } else if (response.status === 403 && renewToken()) {
        say("trouble", "Not saved yet, trying again");
        later(RETRY);
      } else {
        say("trouble", "Not saved – will try again");
        later(RETRY);
      }
    };

    const save = (keepalive = false) => {
      window.clearTimeout(timer);
      if (stopped || leaving || running || changes === saved) return running;
      if (!navigator.onLine) {
        say("trouble", "Not saved – no connection, will try again");
        return null; // the online event starts it again
      }
      say("saving", "Saving");
      running = send(keepalive === true).finally(() => (running = null));
      return running;
    };

    const changed = () => {
      changes += 1;
      later(WAIT);
    };
    form.addEventListener("input", changed);
    form.addEventListener("change", changed);
    window.addEventListener("online", () => later(0));
    window.addEventListener("focus", () => status && status.dataset.state === "trouble" && later(0));
    document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && save(true));
    window.addEventListener("beforeunload", (event) => {
      if (!leaving && !stopped && changes > saved) event.preventDefault();
    });

    // Sending the form while a save is on its way would carry an old version number: wait for the answer first.
    form.addEventListener("submit", (event) => {
      window.clearTimeout(timer);
      if (running) {
        event.preventDefault();
        const button = event.submitter;
        running.finally(() => form.requestSubmit(button));
        return;
      }
      leaving = true;
    });
    window.addEventListener("pageshow", () => (leaving = false));
  };

  document.querySelectorAll("form[data-autosave-url]").forEach(watch);
})();
