// Every page and its address. Whoever isn't signed in gets the sign-in page, and afterwards the page asked for.
import { useQuery } from '@tanstack/react-query';
import { lazy } from 'react';
import { Navigate, Route, Routes } from 'react-router';
import { sessionQuery } from '../shared/api/session';
import { Loading } from '../shared/ui/Loading';
import { Layout } from './Layout';
import { JobPage } from './pages/JobPage';
import { JobsPage } from './pages/JobsPage';
import { NewJobPage } from './pages/NewJobPage';
import { NotFoundPage } from './pages/NotFoundPage';
import { OperationsPage } from './pages/OperationsPage';
import { ChangePasswordPage, ForgotPasswordPage, ResetPasswordPage } from './pages/PasswordPages';
import { QueuesPage } from './pages/QueuesPage';
import { SignInPage } from './pages/SignInPage';
import { SignUpPage } from './pages/SignUpPage';

const StepDrawer = lazy(() => import('../features/jobs/steps/StepDrawer'));

export function App() {
  const session = useQuery(sessionQuery);
  const user = session.data?.user;
  return (
    <Layout user={user}>
      {!session.data && <Loading query={session} what="Your session" />}
      {session.data && !user && (
        <Routes>
          <Route path="sign-up" element={<SignUpPage />} />
          <Route path="password" element={<ForgotPasswordPage />} />
          <Route path="password/:user/:token" element={<ResetPasswordPage />} />
          <Route path="*" element={<SignInPage session={session.data} />} />
        </Routes>
      )}
      {user && (
        <Routes>
          <Route index element={<NewJobPage />} />
          <Route path="jobs" element={<JobsPage />} />
          <Route path="jobs/:id" element={<JobPage />}>
            <Route path="steps/:step" element={<StepDrawer />} />
          </Route>
          <Route path="queues" element={<QueuesPage />} />
          {user.is_staff && <Route path="operations" element={<OperationsPage />} />}
          <Route path="sign-up" element={<Navigate to="/" replace />} />
          <Route path="password" element={<ChangePasswordPage />} />
          <Route path="password/:user/:token" element={<ResetPasswordPage />} />
          <Route path="*" element={<NotFoundPage />} />
        </Routes>
      )}
    </Layout>
  );
}
