import { css } from 'lit';

/** A label that follows the pointer over a picture; where it stands is set by a transform. */
export const hoverLabel = css`
  position: absolute;
  left: 0;
  top: 0;
  white-space: pre;
  pointer-events: none;
  font-variant-numeric: tabular-nums;
  color: var(--vscode-editorHoverWidget-foreground, var(--vscode-foreground));
  background: var(--vscode-editorHoverWidget-background, var(--vscode-editor-background));
  border: 1px solid var(--vscode-editorHoverWidget-border, var(--vscode-contrastBorder, transparent));
`;
