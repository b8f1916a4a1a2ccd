import { keySheetStyles } from '../ui/keySheet';
import { startPage } from '../ui/start';
import { ChartsPage } from './chartsPage';
import { chartsStyles } from './styles';

startPage(new ChartsPage(), chartsStyles, keySheetStyles);
