// Every page and its address. Whoever isn't signed in gets the sign-in page, and afterwards the page asked for.
import { useQuery } from '@tanstack/react-query';
import { Route, Routes } from 'react-router';
import { sessionQuery } from '../shared/api/session';
import { Loading } from '../shared/ui/Loading';
import { Layout } from './Layout';
import { JobPage } from './pages/JobPage';
import { JobsPage } from './pages/JobsPage';
import { NewJobPage } from './pages/NewJobPage';
import { NotFoundPage } from './pages/NotFoundPage';
import { QueuesPage } from './pages/QueuesPage';
import { SignInPage } from './pages/SignInPage';

export function App() {
  const session = useQuery(sessionQuery);
  const user = session.data?.user;
  return (
    <Layout username={user?.username}>
      {!session.data && <Loading query={session} what="Your session" />}
      {session.data && !user && <SignInPage demo={session.data.demo} />}
      {user && (
        <Routes>
          <Route index element={<NewJobPage />} />
          <Route path="jobs" element={<JobsPage />} />
          <Route path="jobs/:id" element={<JobPage />} />
          <Route path="queues" element={<QueuesPage />} />
          <Route path="*" element={<NotFoundPage />} />
        </Routes>
      )}
    </Layout>
  );
}
