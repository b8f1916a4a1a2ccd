import { defineControls } from '../ui/controls';
import { connect } from '../ui/client';
import { adopt } from '../ui/adopt';
import { focusFilterOnSlash } from '../ui/filterBox';
import type { RunProtocol } from '../../src/protocol/run';
import { RunPage } from './runPage';
import { runStyles } from './styles';

defineControls();
adopt(runStyles);
focusFilterOnSlash();
const page = new RunPage();
page.connection = connect<'run', RunProtocol>();
document.getElementById('app')?.append(page);
