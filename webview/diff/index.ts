import type { DiffProtocol } from '../../src/protocol/diff';
import { adopt } from '../ui/adopt';
import { connect } from '../ui/client';
import { defineControls } from '../ui/controls';
import { DiffPage } from '../ui/diff/diffPage';
import { diffStyles } from '../ui/diff/styles';
import { focusFilterOnSlash } from '../ui/filterBox';

defineControls();
adopt(diffStyles);
focusFilterOnSlash();
const page = new DiffPage();
page.connection = connect<'diff', DiffProtocol>();
document.getElementById('app')?.append(page);
