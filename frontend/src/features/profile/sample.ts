// The file that comes with this template, so that a first run takes one click. Its source: README.md.
import type { Sample } from '../../shared/pipelineParts';
import preview from './preview.jpg';
import path from './seattle-weather.csv?url';

export const sample: Sample = {
  title: 'Four years of weather in Seattle',
  description:
    '1,461 days from 2012 to 2015: date, precipitation, highest and lowest temperature, wind, kind of weather.',
  source: 'NOAA National Climatic Data Center, a U.S. government work, prepared by vega-datasets',
  sourceUrl: 'https://www.ncdc.noaa.gov/cdo-web/datatools/records',
  name: 'seattle-weather.csv',
  path,
  preview,
};
