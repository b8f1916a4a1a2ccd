import { keySheetStyles } from '../ui/keySheet';
import { startPage } from '../ui/start';
import { SweepPage } from './sweepPage';
import { sweepStyles } from './styles';

startPage(new SweepPage(), sweepStyles, keySheetStyles);
