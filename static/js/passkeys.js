// Passkeys: between the press of a button and the sending of its form, the browser asks its own questions.
// Only pages that ask for passkeys load this.

const known = window.PublicKeyCredential;

async function answer(form) {
  const options = JSON.parse(form.dataset.options);
  const publicKey = form.dataset.passkey === "create"
    ? known.parseCreationOptionsFromJSON(options)
    : known.parseRequestOptionsFromJSON(options);
  const credential = await navigator.credentials[form.dataset.passkey]({ publicKey });
  form.elements.credential.value = JSON.stringify(credential.toJSON());
}

for (const form of document.querySelectorAll("[data-passkey]")) {
  if (!known?.parseRequestOptionsFromJSON) continue;
  form.hidden = false;
  document.querySelector(".without-passkeys")?.remove();
  form.addEventListener("submit", async (event) => {
    if (form.elements.credential.value) return;
    event.preventDefault();
    const trouble = form.querySelector(".error[role=alert]");
    trouble.hidden = true;
    try {
      await answer(form);
      form.requestSubmit();
    } catch {
      trouble.hidden = false;
    }
  });
}
