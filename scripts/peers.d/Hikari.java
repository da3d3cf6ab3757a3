// SPDX-License-Identifier: GPL-2.0
// HikariCP in its JVM, on a database that takes its time: what scripts/peers.d/pool runs as a
// source file. Arguments: users, connections, idle ones, ns to connect, ns of a query, ms to
// measure. It prints
//	cycle_ns	get and put of one connection, per cycle of all users together
//	connections_max	after all users have come at once, once each
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.PrintWriter;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Logger;
import javax.sql.DataSource;

public class Hikari {
	static void pass(long ns) {
		final long until = System.nanoTime() + ns;
		long left;

		while ((left = until - System.nanoTime()) > 0)
			LockSupport.parkNanos(left);
	}

	/* Answers what the pool asks of a connection: it lives, and it can be closed. */
	static Connection connection() {
		final InvocationHandler answers = (proxy, method, arguments) -> {
			final Class<?> type = method.getReturnType();

			if (method.getName().equals("isValid") || method.getName().equals("getAutoCommit"))
				return true;
			if (type == boolean.class)
				return false;
			return type == int.class ? (Object)0 : null;
		};

		return (Connection)Proxy.newProxyInstance(Hikari.class.getClassLoader(),
							  new Class<?>[] { Connection.class }, answers);
	}

	record Database(long connectNs) implements DataSource {
		public Connection getConnection() { pass(connectNs); return connection(); }
		public Connection getConnection(String user, String password) { return getConnection(); }
		public PrintWriter getLogWriter() { return null; }
		public void setLogWriter(PrintWriter out) { }
		public void setLoginTimeout(int seconds) { }
		public int getLoginTimeout() { return 0; }
		public Logger getParentLogger() { return null; }
		public <T> T unwrap(Class<T> type) { return null; }
		public boolean isWrapperFor(Class<?> type) { return false; }
	}

	static HikariDataSource pool(int connections, int idle, long connectNs) throws Exception {
		final HikariConfig config = new HikariConfig();

		config.setDataSource(new Database(connectNs));
		config.setMaximumPoolSize(connections);
		config.setMinimumIdle(idle);
		config.setConnectionTimeout(5000);
		final HikariDataSource pool = new HikariDataSource(config);
		while (pool.getHikariPoolMXBean().getIdleConnections() < idle)
			Thread.sleep(1);
		return pool;
	}

	static volatile boolean over;

	/* Each user takes one and gives it back, again and again. Returns cycles. */
	static long cycle(HikariDataSource pool, int users, long ms) throws Exception {
		final AtomicLong cycles = new AtomicLong();
		final Thread[] threads = new Thread[users];

		over = false;
		for (int i = 0; i < users; i++) {
			threads[i] = new Thread(() -> {
				long n = 0;

				try {
					for (; !over; n++)
						pool.getConnection().close();
				} catch (SQLException e) {
					System.err.println(e);
				}
				cycles.addAndGet(n);
			});
			threads[i].start();
		}
		Thread.sleep(ms);
		over = true;
		for (Thread thread : threads)
			thread.join();
		return cycles.get();
	}

	static int spike(HikariDataSource pool, int users, long queryNs, long connectNs) throws Exception {
		final CountDownLatch start = new CountDownLatch(1);
		final Thread[] threads = new Thread[users];

		for (int i = 0; i < users; i++) {
			threads[i] = new Thread(() -> {
				try {
					start.await();
					try (Connection c = pool.getConnection()) {
						pass(queryNs);
					}
				} catch (Exception e) {
					System.err.println(e);
				}
			});
			threads[i].start();
		}
		start.countDown();
		for (Thread thread : threads)
			thread.join();
		/* What was begun meanwhile. */
		pass(2 * connectNs);
		return pool.getHikariPoolMXBean().getTotalConnections();
	}

	public static void main(String[] a) throws Exception {
		final int users = Integer.parseInt(a[0]), connections = Integer.parseInt(a[1]);
		final int idle = Integer.parseInt(a[2]);
		final long connectNs = Long.parseLong(a[3]), queryNs = Long.parseLong(a[4]);
		final long ms = Long.parseLong(a[5]);

		if (ms > 0) {
			try (HikariDataSource pool = pool(connections, connections, 0)) {
				/* Until it is compiled. */
				cycle(pool, users, ms);
				final long from = System.nanoTime();
				final long cycles = cycle(pool, users, ms);

				System.out.printf("cycle_ns %.1f%n", (double)(System.nanoTime() - from) / cycles);
			}
		} else {
			try (HikariDataSource pool = pool(connections, idle, connectNs)) {
				System.out.printf("connections_max %d%n",
						  spike(pool, users, queryNs, connectNs));
			}
		}
	}
}
