import { artifactStyles } from '../ui/artifacts/styles';
import { detailStyles } from '../ui/detailStyles';
import { startPage } from '../ui/start';
import { LoggedModelPage } from './loggedModelPage';

startPage(new LoggedModelPage(), detailStyles, artifactStyles);
