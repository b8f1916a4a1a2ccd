import type { TableProtocol } from '../../src/protocol/table';
import { adopt } from '../ui/adopt';
import { connect } from '../ui/client';
import { defineControls } from '../ui/controls';
import { focusFilterOnSlash } from '../ui/filterBox';
import { gridStyles } from './gridStyles';
import { pageStyles } from './styles';
import { TablePage } from './tablePage';

defineControls();
adopt(pageStyles, gridStyles);
focusFilterOnSlash();
const page = new TablePage();
page.connection = connect<'table', TableProtocol>();
document.getElementById('app')?.append(page);
