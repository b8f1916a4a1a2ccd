import { startPage } from '../ui/start';
import { gridStyles } from './gridStyles';
import { pageStyles } from './styles';
import { TablePage } from './tablePage';

startPage(new TablePage(), pageStyles, gridStyles);
