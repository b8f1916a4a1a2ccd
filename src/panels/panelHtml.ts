import type { PageBootstrap } from '../protocol/pages';

export interface PanelHtmlOptions {
  bootstrap: PageBootstrap;
  title: string;
  /** 16 random bytes from crypto.randomBytes, as base64. */
  nonce: string;
  /** The webview's `cspSource`. */
  cspSource: string;
  /** A file of dist/webview as a URI that the page may load. */
  resource: (file: string) => string;
  /** Whether the page has a stylesheet of its own in dist/webview. */
  hasOwnStyles: boolean;
}

/** The hash of an empty style element: the toolkit's controls add such ones and fill them through the DOM. */
const EMPTY_STYLE = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='";

/**
 * The document of a page: nothing inline but its arguments as JSON, scripts by nonce only, no network.
 * The nonce for styles is for the previews of HTML artifacts, whose frames inherit this policy. Styles of lit and of the controls are constructed style sheets, which this policy lets through.
 */
export function panelHtml(options: PanelHtmlOptions): string {
  const { bootstrap, nonce, cspSource, resource } = options;
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' ${cspSource}`,
    `style-src ${cspSource} 'nonce-${nonce}' ${EMPTY_STYLE}`,
    `font-src ${cspSource}`,
    `img-src ${cspSource} data: blob:`,
  ].join('; ');
  // JSON in a script element: only "<" can end it.
  const json = JSON.stringify(bootstrap).replace(/</g, '\\u003c');
  const page = bootstrap.page;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(options.title)}</title>
<link rel="stylesheet" href="${escapeHtml(resource('codicon.css'))}" id="vscode-codicon-stylesheet">
<link rel="stylesheet" href="${escapeHtml(resource('page.css'))}">
${options.hasOwnStyles ? `<link rel="stylesheet" href="${escapeHtml(resource(`${page}.css`))}">` : ''}
<script type="application/json" id="bootstrap" nonce="${nonce}">${json}</script>
</head>
<body>
<main id="app"></main>
<script type="module" nonce="${nonce}" src="${escapeHtml(resource(`${page}.js`))}"></script>
</body>
</html>`;
}

export function escapeHtml(text: string): string {
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#39;');
}
