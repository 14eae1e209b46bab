import { testAccessibility } from '../accessibility';
import { pages } from './pages';

testAccessibility(pages);
