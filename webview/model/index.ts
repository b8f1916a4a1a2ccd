import type { ModelProtocol } from '../../src/protocol/model';
import { adopt } from '../ui/adopt';
import { connect } from '../ui/client';
import { defineControls } from '../ui/controls';
import { detailStyles } from '../ui/detailStyles';
import { ModelPage } from './modelPage';
import { modelStyles } from './styles';

defineControls();
adopt(detailStyles, modelStyles);
const page = new ModelPage();
page.connection = connect<'model', ModelProtocol>();
document.getElementById('app')?.append(page);
