import { artifactStyles } from '../ui/artifacts/styles';
import { detailStyles } from '../ui/detailStyles';
import { startPage } from '../ui/start';
import { RunPage } from './runPage';
import { runStyles } from './styles';

startPage(new RunPage(), detailStyles, runStyles, artifactStyles);
