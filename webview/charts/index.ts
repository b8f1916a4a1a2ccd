import { defineControls } from '../ui/controls';
import { connect } from '../ui/client';
import { adopt } from '../ui/adopt';
import { focusFilterOnSlash } from '../ui/filterBox';
import type { ChartsProtocol } from '../../src/protocol/charts';
import { ChartsPage } from './chartsPage';
import { chartsStyles } from './styles';

defineControls();
adopt(chartsStyles);
focusFilterOnSlash();
const page = new ChartsPage();
page.connection = connect<'charts', ChartsProtocol>();
document.body.append(page);
