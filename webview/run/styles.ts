import { css } from 'lit';

export const runStyles = css`
  .status-finished .codicon {
    color: var(--vscode-testing-iconPassed, var(--vscode-charts-green));
  }
  .status-failed .codicon {
    color: var(--vscode-testing-iconFailed, var(--vscode-charts-red));
  }
  .status-pruned .codicon {
    color: var(--vscode-testing-iconSkipped, var(--vscode-descriptionForeground));
  }
  .status-running .codicon {
    color: var(--vscode-charts-blue);
  }
  /* The next run is asked for: dimmed only where the answer takes its time. */
  .leaving {
    opacity: 0.6;
    transition: opacity 0.1s linear 0.3s;
  }
  .command-line {
    flex-wrap: nowrap;
    gap: 4px;
  }
  .command-line code {
    font-family: var(--vscode-editor-font-family);
    min-width: 0;
  }
  .trail,
  .list-steps {
    display: inline-flex;
    align-items: center;
    flex: none;
  }
  .list-steps .muted {
    padding: 0 4px;
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }
  .sparkline {
    display: inline-block;
    width: 80px;
    max-width: 100%;
    height: 16px;
    vertical-align: middle;
    color: var(--vscode-charts-blue);
  }
  .sparkline svg {
    max-width: 100%;
  }
  .best .codicon {
    font-size: 12px;
    vertical-align: middle;
  }
  .note {
    display: flex;
    align-items: start;
    gap: 4px;
    margin: 8px 0;
    padding-left: 12px;
    border-left: 3px solid var(--vscode-textBlockQuote-border, var(--vscode-panel-border));
  }
  .note.empty {
    padding-left: 0;
    border-left: 0;
    min-height: 22px;
  }
  .note-text {
    flex: 1;
    min-width: 0;
    overflow-wrap: anywhere;
  }
`;
