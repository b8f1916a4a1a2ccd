import type { LoggedModelProtocol } from '../../src/protocol/loggedModel';
import { adopt } from '../ui/adopt';
import { artifactStyles } from '../ui/artifacts/styles';
import { connect } from '../ui/client';
import { defineControls } from '../ui/controls';
import { detailStyles } from '../ui/detailStyles';
import { LoggedModelPage } from './loggedModelPage';

defineControls();
adopt(detailStyles, artifactStyles);
const page = new LoggedModelPage();
page.connection = connect<'loggedModel', LoggedModelProtocol>();
document.getElementById('app')?.append(page);
