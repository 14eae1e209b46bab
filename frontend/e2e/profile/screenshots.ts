import { takeScreenshots } from '../pictures';
import { pages } from './pages';

takeScreenshots(pages);
