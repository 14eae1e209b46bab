import { pages } from './pages';
import { takeScreenshots } from './pictures';

takeScreenshots(pages);
