import { detailStyles } from '../ui/detailStyles';
import { startPage } from '../ui/start';
import { ModelPage } from './modelPage';
import { modelStyles } from './styles';

startPage(new ModelPage(), detailStyles, modelStyles);
