import { defineControls } from '../ui/controls';
import { connect } from '../ui/client';
import { adopt } from '../ui/adopt';
import type { SweepProtocol } from '../../src/protocol/sweep';
import { SweepPage } from './sweepPage';
import { sweepStyles } from './styles';

defineControls();
adopt(sweepStyles);
const page = new SweepPage();
page.connection = connect<'sweep', SweepProtocol>();
document.body.append(page);
