// Runs in the page before anything else: what VS Code's own frame does for a webview. The host side is pageHarness.ts.
(() => {
  const { theme, state } = window.__lensSetup;
  // tsx names functions through this helper; a test's evaluate() callbacks come with it.
  window.__name = (value) => value;

  function applyTheme({ id, bodyClass, variables }) {
    const root = document.documentElement;
    root.removeAttribute('style');
    for (const [name, value] of Object.entries(variables)) {
      root.style.setProperty(name, value);
    }
    document.body.classList.remove(...[...document.body.classList].filter((name) => /^vscode-/.test(name)));
    document.body.classList.add(...bodyClass.split(' '));
    document.body.dataset.vscodeThemeId = id;
  }

  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`@layer vscode-default {
    html { background: var(--vscode-editor-background); }
    body {
      padding: 0 20px; color: var(--vscode-editor-foreground); font-family: var(--vscode-font-family);
      font-size: var(--vscode-font-size); font-weight: var(--vscode-font-weight);
    }
  }`);
  document.addEventListener('readystatechange', () => {
    if (document.readyState === 'interactive') {
      document.adoptedStyleSheets = [sheet, ...document.adoptedStyleSheets];
      applyTheme(theme);
    }
  });

  // Messages travel as in VS Code: JSON (so NaN becomes null), with typed arrays carried whole.
  const toBase64 = (array) => {
    let text = '';
    for (const byte of new Uint8Array(array.buffer, array.byteOffset, array.byteLength)) {
      text += String.fromCharCode(byte);
    }
    return btoa(text);
  };
  const encode = (data) =>
    JSON.stringify(data, (_key, value) =>
      ArrayBuffer.isView(value) ? { $typedArray: value.constructor.name, base64: toBase64(value) } : value,
    );
  const decode = (text) =>
    JSON.parse(text, (_key, value) => {
      if (value?.$typedArray === undefined) {
        return value;
      }
      const bytes = Uint8Array.from(atob(value.base64), (character) => character.charCodeAt(0));
      return new window[value.$typedArray](bytes.buffer);
    });

  let current = state === null ? undefined : JSON.parse(state);
  let acquired = false;
  window.acquireVsCodeApi = () => {
    if (acquired) {
      throw new Error('An instance of the VS Code API has already been acquired');
    }
    acquired = true;
    return Object.freeze({
      postMessage: (message) => void window.__lensPost(encode(message)),
      setState: (next) => {
        current = next;
        void window.__lensState(JSON.stringify(next));
        return next;
      },
      getState: () => current,
    });
  };
  window.__lens = {
    applyTheme,
    receive: (text) => window.dispatchEvent(new MessageEvent('message', { data: decode(text) })),
  };
  document.addEventListener('securitypolicyviolation', (event) => {
    console.error(`Content security policy: ${event.violatedDirective} blocked ${event.blockedURI}`);
  });
})();
