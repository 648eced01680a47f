/* Passkeys: what only a script can ask of the device. Without it, each page says so and offers another way.
 *
 *   <form data-passkey="get|create" [data-passkey-fetched]> credential, options as JSON, a button, a status.
 *   <form data-send-itself>: a page that only confirms what its address already says.
 */
"use strict";
(() => {
  const SAID = {
    NotAllowedError: "Rien n'a été confirmé : le geste a été abandonné, ou il a pris trop de temps. Vous pouvez recommencer.",
    InvalidStateError: "Cet appareil a déjà une clé d'accès pour votre compte.",
    SecurityError: "Cette adresse ne permet pas les clés d'accès. Demandez la bonne à qui administre la maison.",
    NotSupportedError: "Cet appareil ne sait pas faire de clé d'accès. Choisissez une autre façon.",
  };
  const OTHERWISE = "La clé d'accès n'a pas fonctionné. Recommencez, ou choisissez une autre façon.";

  const optionsOf = async (form) => {
    if (!form.hasAttribute("data-passkey-fetched")) {
      const options = JSON.parse(form.querySelector("#passkey-options").textContent);
      return options.creation_options || options.request_options;
    }
    const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error("no options");
    return (await answer.json()).request_options;
  };

  document.querySelectorAll("[data-passkey]").forEach((form) => {
    const button = form.querySelector("[data-passkey-button]");
    const status = form.querySelector("[data-passkey-status]");
    const say = (sentence) => { status.textContent = sentence; status.hidden = !sentence; };
    if (!window.PublicKeyCredential || !window.webauthnJSON) return say(SAID.NotSupportedError);
    button.disabled = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      event.stopPropagation();
      say("");
      button.setAttribute("aria-busy", "true");
      try {
        const given = await window.webauthnJSON[form.dataset.passkey](await optionsOf(form));
        form.elements.credential.value = JSON.stringify(given);
        HTMLFormElement.prototype.submit.call(form);
      } catch (wrong) {
        button.removeAttribute("aria-busy");
        say(SAID[wrong.name] || OTHERWISE);
        button.focus();
      }
    });
  });

  document.querySelectorAll("form[data-send-itself]").forEach((form) => form.requestSubmit());
})();
