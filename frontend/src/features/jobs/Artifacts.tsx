// The files that a job made: charts to look at, the rest to download.
import { useInfiniteQuery } from '@tanstack/react-query';
import { memo, useCallback, useMemo, useState } from 'react';
import type { Artifact } from '../../shared/api/types';
import { bytes, count } from '../../shared/format/format';
import { Button, DownloadLink } from '../../shared/ui/Button';
import { archiveUrl, artifactPagesQuery } from './api';
import styles from './Artifacts.module.css';
import { ChartDialog } from './ChartDialog';
import { hasEnded, type HeldJob, withArtifactPages } from './merge';

const PORTION = 60; // files that are shown at first, and with each press on the button below them

const isImage = (artifact: Artifact) => artifact.content_type.startsWith('image/');

export function Artifacts({ job }: { job: HeldJob }) {
  const { artifacts, hasMore, more } = usePortion(job);
  const charts = artifacts.filter(isImage);
  const files = artifacts.filter((artifact) => !isImage(artifact));
  return (
    <section aria-labelledby="charts">
      <header className={styles.head}>
        <h2 id="charts">Charts</h2>
        {artifacts.length > 0 && (
          <a href={archiveUrl(job.id)} download>
            Download all (zip)
          </a>
        )}
      </header>
      {charts.length > 0 ? <Charts artifacts={charts} /> : <NoCharts ended={hasEnded(job)} />}
      {files.length > 0 && <Files artifacts={files} />}
      {hasMore && (
        <p className={styles.more}>
          <Button onClick={more}>Show more</Button>
          {count(job.artifacts_total - artifacts.length, 'file')} not shown
        </p>
      )}
    </section>
  );
}

/** The first files of a job: a job may make thousands. `more` shows the next ones, and fetches them where needed. */
function usePortion(job: HeldJob) {
  const [size, setSize] = useState(PORTION);
  const pages = useInfiniteQuery({ ...artifactPagesQuery(job), enabled: false });
  const { data, hasNextPage, fetchNextPage } = pages;
  const known = useMemo(
    () => withArtifactPages(job.artifacts, data?.pages.map((page) => page.results) ?? []),
    [job.artifacts, data],
  );
  const canFetch = known.length < job.artifacts_total && (!data || hasNextPage);
  const more = () => {
    setSize(size + PORTION);
    if (canFetch && known.length < size + PORTION) void fetchNextPage();
  };
  return { artifacts: known.slice(0, size), hasMore: known.length > size || canFetch, more };
}

function NoCharts({ ended }: { ended: boolean }) {
  return (
    <p className={styles.none}>
      {ended ? 'This job made no charts.' : 'Charts appear here as they are made.'}
    </p>
  );
}

type Shown = { artifacts: Artifact[] };

/** Others are made several times a second, most of them where nobody looks. */
const areSame = (before: Shown, now: Shown) =>
  before.artifacts.length === now.artifacts.length &&
  before.artifacts.every((artifact, index) => artifact === now.artifacts[index]);

const Charts = memo(function Charts({ artifacts: charts }: Shown) {
  const [openId, setOpenId] = useState<number | null>(null);
  const index = charts.findIndex((chart) => chart.id === openId);
  const open = charts[index];
  const step = (by: number) => setOpenId(charts[(index + by + charts.length) % charts.length]?.id ?? null);
  const onOpen = useCallback((chart: Artifact) => setOpenId(chart.id), []);
  return (
    <>
      <ul className={styles.gallery}>
        {charts.map((chart) => (
          <Chart key={chart.id} chart={chart} onOpen={onOpen} />
        ))}
      </ul>
      {open && <ChartDialog chart={open} onStep={step} onClose={() => setOpenId(null)} />}
    </>
  );
}, areSame);

/** Drawn once, however many come after it. */
const Chart = memo(function Chart({ chart, onOpen }: { chart: Artifact; onOpen: (chart: Artifact) => void }) {
  return (
    <li>
      <figure className={styles.chart}>
        <button type="button" aria-label={`Open ${chart.name} large`} onClick={() => onOpen(chart)}>
          <img src={chart.url} alt="" loading="lazy" decoding="async" />
        </button>
        <figcaption>
          <span title={chart.name}>{chart.name}</span>
          <a href={chart.url} download={chart.name} aria-label={`Download ${chart.name}`}>
            Download
          </a>
        </figcaption>
      </figure>
    </li>
  );
});

const Files = memo(function Files({ artifacts: files }: Shown) {
  return (
    <ul className={styles.files}>
      {files.map((file) => (
        <li key={file.id}>
          {file.name} <span>{bytes(file.size)}</span>
          <DownloadLink href={file.url} name={file.name} label="Download" />
        </li>
      ))}
    </ul>
  );
}, areSame);
