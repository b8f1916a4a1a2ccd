import { defineControls } from '../ui/controls';
import { connect } from '../ui/client';
import { adopt } from '../ui/adopt';
import { focusFilterOnSlash } from '../ui/filterBox';
import type { RunProtocol } from '../../src/protocol/run';
import { artifactStyles } from '../ui/artifacts/styles';
import { detailStyles } from '../ui/detailStyles';
import { RunPage } from './runPage';
import { runStyles } from './styles';

defineControls();
adopt(detailStyles, runStyles, artifactStyles);
focusFilterOnSlash();
const page = new RunPage();
page.connection = connect<'run', RunProtocol>();
document.getElementById('app')?.append(page);
