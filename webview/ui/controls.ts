/**
 * The controls of our pages: the only file that knows which library they come from (archived in January 2025;
 * a swap stays one file).
 */
import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodeDropdown,
  vsCodeOption,
  vsCodeTextField,
} from '@vscode/webview-ui-toolkit';

/** Defines <vscode-button>, <vscode-checkbox>, <vscode-dropdown>, <vscode-option> and <vscode-text-field>. */
export function defineControls(): void {
  provideVSCodeDesignSystem().register(
    vsCodeButton(),
    vsCodeCheckbox(),
    vsCodeDropdown(),
    vsCodeOption(),
    vsCodeTextField(),
  );
}
