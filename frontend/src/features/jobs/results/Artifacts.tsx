// The files that a job made: pictures to look at, the rest to download.
import { useInfiniteQuery } from '@tanstack/react-query';
import { memo, useCallback, useMemo, useState } from 'react';
import type { Artifact } from '../../../shared/api/types';
import { bytes, count } from '../../../shared/format/format';
import { Button, DownloadLink } from '../../../shared/ui/Button';
import { archiveUrl, artifactPagesQuery, downloadUrl } from '../api';
import styles from './Artifacts.module.css';
import { PictureDialog } from './PictureDialog';
import { FilePreview, hasPreview } from './FilePreview';
import { hasEnded, type HeldJob, withArtifactPages } from '../merge';

const MOST_IN_VIEW = 6; // files; of more the newest may be further down
const PORTION = 60; // files that are shown at first, and with each press on the button below them

export const isImage = (artifact: Artifact) => artifact.content_type.startsWith('image/');

type Props = {
  job: HeldJob;
  /** Whether its pictures are drawn on white, to be turned over on a dark page. */ areOnWhite: boolean;
};

export function Artifacts({ job, areOnWhite }: Props) {
  const [isNewestFirst, setNewestFirst] = useState(false);
  const { artifacts, hasMore, more } = usePortion(job, isNewestFirst ? newestFirst : inOrder);
  const pictures = artifacts.filter(isImage);
  const files = artifacts.filter((artifact) => !isImage(artifact));
  return (
    <section aria-labelledby="files">
      <header className={styles.head}>
        <h2 id="files">Files</h2>
        {artifacts.length > MOST_IN_VIEW && (
          <Button size="small" aria-pressed={isNewestFirst} onClick={() => setNewestFirst(!isNewestFirst)}>
            Newest first
          </Button>
        )}
        {artifacts.length > 0 && (
          <a href={archiveUrl(job.id)} download>
            Download all (zip)
          </a>
        )}
      </header>
      {artifacts.length === 0 && (
        <p className={styles.none}>{NO_FILES[hasEnded(job) ? 'ended' : 'running']}</p>
      )}
      {pictures.length > 0 && <Pictures artifacts={pictures} areOnWhite={areOnWhite} />}
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
function usePortion(job: HeldJob, order: (artifacts: Artifact[]) => Artifact[]) {
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
  return {
    artifacts: useMemo(() => order(known).slice(0, size), [known, size, order]),
    hasMore: known.length > size || canFetch,
    more,
  };
}

/** As the steps that made them: which of these was done first says nothing. */
export const inOrder = (artifacts: Artifact[]) =>
  [...artifacts].sort((a, b) => a.step - b.step || a.id - b.id);

/** To follow a large job: what it has just made stands on top, and moves the rest. */
const newestFirst = (artifacts: Artifact[]) => [...artifacts].sort((a, b) => b.id - a.id);

const NO_FILES = { running: 'Files appear here as they are made.', ended: 'This job made no files.' };

type Shown = { artifacts: Artifact[]; areOnWhite?: boolean };

/** Others are made several times a second, most of them where nobody looks. */
const areSame = (before: Shown, now: Shown) =>
  before.artifacts.length === now.artifacts.length &&
  before.artifacts.every((artifact, index) => artifact === now.artifacts[index]);

const Pictures = memo(function Pictures({ artifacts: pictures, areOnWhite = false }: Shown) {
  const [openId, setOpenId] = useState<number | null>(null);
  const index = pictures.findIndex(({ id }) => id === openId);
  const open = pictures[index];
  const step = (by: number) =>
    setOpenId(pictures[(index + by + pictures.length) % pictures.length]?.id ?? null);
  const onOpen = useCallback((picture: Artifact) => setOpenId(picture.id), []);
  return (
    <>
      <ul className={styles.gallery} data-on-white={areOnWhite}>
        {pictures.map((picture) => (
          <Picture key={picture.id} picture={picture} onOpen={onOpen} />
        ))}
      </ul>
      {open && (
        <PictureDialog picture={open} isOnWhite={areOnWhite} onStep={step} onClose={() => setOpenId(null)} />
      )}
    </>
  );
}, areSame);

/** Drawn once, however many come after it. */
type PictureProps = { picture: Artifact; onOpen: (picture: Artifact) => void };

const Picture = memo(function Picture({ picture, onOpen }: PictureProps) {
  return (
    <li>
      <figure className={styles.picture}>
        <button type="button" aria-label={`Open ${picture.title} large`} onClick={() => onOpen(picture)}>
          <img src={picture.url} alt="" loading="lazy" decoding="async" />
        </button>
        <figcaption>
          <span dir="auto" title={picture.name}>
            {picture.title}
          </span>
          <a href={downloadUrl(picture)} download={picture.name} aria-label={`Download ${picture.title}`}>
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
          <bdi title={file.name}>{file.title}</bdi> <span>{bytes(file.size)}</span>
          <DownloadLink href={downloadUrl(file)} name={file.name} label="Download" />
          {hasPreview(file) && <FilePreview file={file} />}
        </li>
      ))}
    </ul>
  );
}, areSame);
