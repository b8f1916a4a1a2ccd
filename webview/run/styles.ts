import { css } from 'lit';

export const runStyles = css`
  .status-finished .codicon {
    color: var(--vscode-testing-iconPassed, var(--vscode-charts-green));
  }
  .status-failed .codicon {
    color: var(--vscode-testing-iconFailed, var(--vscode-charts-red));
  }
  .status-running .codicon {
    color: var(--vscode-charts-blue);
  }
  .sparkline {
    display: inline-block;
    width: 80px;
    height: 16px;
    vertical-align: middle;
    color: var(--vscode-charts-blue);
  }
  .best .codicon {
    font-size: 12px;
    vertical-align: middle;
  }
  .note {
    margin: 8px 0;
    padding-left: 12px;
    border-left: 3px solid var(--vscode-textBlockQuote-border, var(--vscode-panel-border));
  }
`;
