import { artifactStyles } from '../ui/artifacts/styles';
import { detailStyles } from '../ui/detailStyles';
import { keySheetStyles } from '../ui/keySheet';
import { startPage } from '../ui/start';
import { RunPage } from './runPage';
import { runStyles } from './styles';

startPage(new RunPage(), detailStyles, runStyles, artifactStyles, keySheetStyles);
