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

  /* webviewChannel.ts */
  const toBase64 = (bytes) => {
    let text = '';
    for (const byte of bytes) {
      text += String.fromCharCode(byte);
    }
    return btoa(text);
  };
  const fromBase64 = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  /** As text; what VS Code would lose is an error of the console, which fails the test, and of the caller. */
  const carriedText = (message) => {
    try {
      const { json, buffers } = carry(message);
      return JSON.stringify({ json, buffers: buffers.map(toBase64) });
    } catch (error) {
      console.error(String(error));
      throw error;
    }
  };

  let current = state === null ? undefined : JSON.parse(state);
  let acquired = false;
  window.acquireVsCodeApi = () => {
    if (acquired) {
      throw new Error('An instance of the VS Code API has already been acquired');
    }
    acquired = true;
    return Object.freeze({
      postMessage: (message) => void window.__lensPost(carriedText(message)),
      setState: (next) => {
        current = next;
        // VS Code keeps it as JSON without buffers.
        const { json, buffers } = JSON.parse(carriedText(next));
        if (buffers.length > 0) {
          console.error('A state cannot hold typed arrays.');
        }
        void window.__lensState(json);
        return next;
      },
      getState: () => current,
    });
  };
  window.__lens = {
    applyTheme,
    receive: (text) => {
      const { json, buffers } = JSON.parse(text);
      const data = arrive({ json, buffers: buffers.map(fromBase64) });
      window.dispatchEvent(new MessageEvent('message', { data }));
    },
  };
  document.addEventListener('securitypolicyviolation', (event) => {
    console.error(`Content security policy: ${event.violatedDirective} blocked ${event.blockedURI}`);
  });
})();
