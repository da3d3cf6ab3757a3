// SPDX-License-Identifier: GPL-2.0
// libdisruptor-java and java.util.concurrent.ArrayBlockingQueue in their JVM, on the five shapes of
// the Disruptor's own tests: what scripts/peers.d/orders compiles and runs.
//
// Arguments: disruptor or queue; the shape; block, yield or spin (a queue blocks); rate or hop; ms.
//	rate	the producers publish as they can: prints events_per_s, of the slowest consumer
//	hop	one event at a time: the producer publishes the next when each of the last consumers
//		has answered, by a second ring or queue. Prints mean_ns, p50_ns and p99_ns of a hop:
//		the time from one event to the next, and of the wait for the answer where there is
//		one, by how many hand-overs there are on the way, the answer's with them
// So many ms are spent before, until it is compiled, and so many on each of the figures.
//
// Each consumer checks that each event is the one after the last. Exit status: 0; 2 one was not.
import com.lmax.disruptor.BlockingWaitStrategy;
import com.lmax.disruptor.BusySpinWaitStrategy;
import com.lmax.disruptor.EventHandler;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;
import com.lmax.disruptor.SequenceBarrier;
import com.lmax.disruptor.WaitStrategy;
import com.lmax.disruptor.YieldingWaitStrategy;
import com.lmax.disruptor.dsl.Disruptor;
import com.lmax.disruptor.dsl.ProducerType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

public class Disruptors {
	static final int PLACES = 8192, SAMPLES = 1 << 20;

	/* Of each consumer, after which ones it comes; where there is none, after the producers. */
	record Shape(int producers, int hops, int[][] after) {
		static Shape of(String name) {
			return switch (name) {
			case "one" -> new Shape(1, 2, new int[][] { {} });
			case "many" -> new Shape(3, 2, new int[][] { {} });
			case "multicast" -> new Shape(1, 2, new int[][] { {}, {}, {} });
			case "pipeline" -> new Shape(1, 4, new int[][] { {}, { 0 }, { 1 } });
			case "diamond" -> new Shape(1, 3, new int[][] { {}, {}, { 0, 1 } });
			default -> throw new IllegalArgumentException("no shape '" + name + "'");
			};
		}

		boolean last(int consumer) {
			for (int[] before : after)
				for (int c : before)
					if (c == consumer)
						return false;
			return true;
		}

		int lasts() {
			int n = 0;

			for (int c = 0; c < after.length; c++)
				n += last(c) ? 1 : 0;
			return n;
		}
	}

	/* A consumer: the next number of each producer, which others read when it is over. */
	static class Stage {
		final AtomicLong seen = new AtomicLong();
		final long[] next;
		long count, wrong;

		Stage(int producers) { next = new long[producers]; }

		void see(int producer, long n) {
			if (n != next[producer])
				wrong++;
			next[producer] = n + 1;
			count++;
		}
	}

	/* From the producers through all consumers. */
	abstract static class Way {
		final List<Stage> stages = new ArrayList<>();
		final List<Thread> threads = new ArrayList<>();

		abstract void put(int producer, long n) throws Exception;
		/* Until the last consumers have answered one more event; whether they have. */
		abstract void answer() throws Exception;
		abstract boolean answered();
		/* When all consumers have seen all. */
		abstract void end() throws Exception;

		long slowest() {
			long least = Long.MAX_VALUE;

			for (Stage stage : stages)
				least = Math.min(least, stage.seen.get());
			return least;
		}
	}

	static final class Event {
		long value;
	}

	static WaitStrategy strategy(String wait) {
		return switch (wait) {
		case "block" -> new BlockingWaitStrategy();
		case "yield" -> new YieldingWaitStrategy();
		case "spin" -> new BusySpinWaitStrategy();
		default -> throw new IllegalArgumentException("nobody waits by '" + wait + "'");
		};
	}

	static final class Handler extends Stage implements EventHandler<Event> {
		final RingBuffer<Event> answers;

		Handler(RingBuffer<Event> answers) {
			super(1);
			this.answers = answers;
		}

		public void onEvent(Event event, long sequence, boolean endOfBatch) {
			see(0, event.value == sequence ? sequence : -1);
			if (endOfBatch)
				seen.lazySet(count);
			if (answers != null)
				answers.publish(answers.next());
		}
	}

	static final class Ring extends Way {
		final Disruptor<Event> disruptor;
		final RingBuffer<Event> events, answers;
		final SequenceBarrier barrier;
		final Sequence done = new Sequence();
		final int lasts;

		Ring(Shape shape, String wait, boolean hop) {
			disruptor = new Disruptor<>(Event::new, PLACES, run -> {
				threads.add(new Thread(run));
				return threads.get(threads.size() - 1);
			}, by(shape.producers), strategy(wait));
			lasts = shape.lasts();
			answers = RingBuffer.create(by(lasts), Event::new, PLACES, strategy(wait));
			answers.addGatingSequences(done);
			barrier = answers.newBarrier();
			for (int c = 0; c < shape.after.length; c++) {
				final Handler[] before = Arrays.stream(shape.after[c])
					.mapToObj(stages::get).toArray(Handler[]::new);
				final boolean says = hop && shape.last(c);
				final Handler handler = new Handler(says ? answers : null);

				if (before.length > 0)
					disruptor.after(before).handleEventsWith(handler);
				else
					disruptor.handleEventsWith(handler);
				stages.add(handler);
			}
			events = disruptor.start();
		}

		static ProducerType by(int producers) {
			return producers > 1 ? ProducerType.MULTI : ProducerType.SINGLE;
		}

		void put(int producer, long n) {
			final long at = events.next();

			events.get(at).value = at;
			events.publish(at);
		}

		void answer() throws Exception {
			final long want = done.get() + lasts;

			/* Of many producers it may come back too early. */
			while (barrier.waitFor(want) < want)
				continue;
			done.set(want);
		}

		boolean answered() { return barrier.getCursor() >= done.get() + lasts; }

		void end() throws Exception {
			disruptor.shutdown(20, TimeUnit.SECONDS);
			for (Thread thread : threads)
				thread.join();
		}
	}

	/* One for each hand-over: what was published is in each of those that lead on. */
	static final class Queues extends Way {
		final ArrayBlockingQueue<Long> answers = new ArrayBlockingQueue<>(PLACES);
		final List<ArrayBlockingQueue<Long>> first = new ArrayList<>();
		final List<List<ArrayBlockingQueue<Long>>> out = new ArrayList<>();
		final int producers, lasts;

		Queues(Shape shape, boolean hop) {
			producers = shape.producers;
			lasts = shape.lasts();
			for (int c = 0; c < shape.after.length; c++) {
				final List<ArrayBlockingQueue<Long>> in = new ArrayList<>();
				final List<ArrayBlockingQueue<Long>> on = new ArrayList<>();
				final Stage stage = new Stage(producers);

				if (shape.after[c].length == 0) {
					in.add(new ArrayBlockingQueue<>(PLACES));
					first.add(in.get(0));
				}
				for (int before : shape.after[c]) {
					in.add(new ArrayBlockingQueue<>(PLACES));
					out.get(before).add(in.get(in.size() - 1));
				}
				if (hop && shape.last(c))
					on.add(answers);
				out.add(on);
				stages.add(stage);
				threads.add(new Thread(() -> consume(stage, in, on)));
			}
			for (Thread thread : threads)
				thread.start();
		}

		void consume(Stage stage, List<ArrayBlockingQueue<Long>> in,
			     List<ArrayBlockingQueue<Long>> on) {
			try {
				long value;

				do {
					value = in.get(0).take();
					for (int i = 1; i < in.size(); i++)
						if (in.get(i).take() != value)
							stage.wrong++;
					if (value >= 0) {
						stage.see((int)(value % producers),
							  value / producers);
						stage.seen.lazySet(stage.count);
					}
					for (ArrayBlockingQueue<Long> queue : on)
						queue.put(value);
				} while (value >= 0);
			} catch (InterruptedException e) {
				stage.wrong++;
			}
		}

		void put(int producer, long n) throws Exception {
			for (ArrayBlockingQueue<Long> queue : first)
				queue.put(n * producers + producer);
		}

		void answer() throws Exception {
			for (int i = 0; i < lasts; i++)
				answers.take();
		}

		boolean answered() { return answers.size() >= lasts; }

		void end() throws Exception {
			for (ArrayBlockingQueue<Long> queue : first)
				queue.put(-1L);
			for (Thread thread : threads)
				thread.join();
		}
	}

	static volatile boolean over;

	static long rate(Way way, int producers, long ms) throws Exception {
		final AtomicLong published = new AtomicLong();
		final Thread[] threads = new Thread[producers];

		for (int i = 0; i < producers; i++) {
			final int producer = i;

			threads[i] = new Thread(() -> {
				long n = 0;

				try {
					for (; !over; n++)
						way.put(producer, n);
				} catch (Exception e) {
					System.err.println(e);
				}
				published.addAndGet(n);
			});
			threads[i].start();
		}
		Thread.sleep(ms);
		final long from = System.nanoTime(), before = way.slowest();
		Thread.sleep(ms);
		final long seen = way.slowest() - before, ns = System.nanoTime() - from;
		over = true;
		for (Thread thread : threads)
			thread.join();
		System.out.printf("events_per_s %.0f%n", seen * 1e9 / ns);
		return published.get();
	}

	/* Waits for an answer, but for those that were none; the last ones, if there are more. */
	static final class Waits {
		final long[] ns = new long[SAMPLES];
		int count;

		void note(long wait) { ns[count++ & (SAMPLES - 1)] = wait; }

		String percentile(int percent, int hops) {
			final long[] sorted = Arrays.copyOf(ns, Math.min(count, SAMPLES));

			Arrays.sort(sorted);
			return sorted.length == 0 ? "-" : String.format("%.1f",
				(double)sorted[(int)(sorted.length * (long)percent / 100)] / hops);
		}
	}

	/* From event n on until it is time; the clock is read for each only where that is asked. */
	static long loop(Way way, long n, long until, Waits waits) throws Exception {
		for (;; n++) {
			way.put(0, n);
			if (waits == null || way.answered()) {
				way.answer();
				if ((n & 3) == 0 && System.nanoTime() - until >= 0)
					return n + 1;
			} else {
				final long from = System.nanoTime();

				way.answer();
				final long now = System.nanoTime();

				waits.note(now - from);
				if (now - until >= 0)
					return n + 1;
			}
		}
	}

	static long hop(Way way, int hops, long ms) throws Exception {
		final long ns = ms * 1000000;
		final Waits waits = new Waits();
		long n = loop(way, 0, System.nanoTime() + ns / 2, null);

		n = loop(way, n, System.nanoTime() + ns / 2, waits);
		final long from = System.nanoTime(), before = n;
		n = loop(way, n, from + ns, null);
		System.out.printf("mean_ns %.1f%n",
				  (double)(System.nanoTime() - from) / (n - before) / hops);
		waits.count = 0;
		n = loop(way, n, System.nanoTime() + ns, waits);
		System.out.printf("p50_ns %s%np99_ns %s%n", waits.percentile(50, hops),
				  waits.percentile(99, hops));
		return n;
	}

	public static void main(String[] a) throws Exception {
		final boolean hop = a[3].equals("hop");
		final Shape shape = Shape.of(a[1]);
		final Way way = a[0].equals("queue") ? new Queues(shape, hop) :
						       new Ring(shape, a[2], hop);
		final long ms = Long.parseLong(a[4]);
		final long published = hop ? hop(way, shape.hops, ms) :
					     rate(way, shape.producers, ms);

		way.end();
		for (int c = 0; c < shape.after.length; c++) {
			final Stage stage = way.stages.get(c);

			if (stage.wrong == 0 && stage.count == published)
				continue;
			System.err.printf("Disruptors: %s, %s: consumer %d saw %d of %d events, " +
					  "and %d were not the one after the last%n", a[0], a[1], c,
					  stage.count, published, stage.wrong);
			System.exit(2);
		}
	}
}
