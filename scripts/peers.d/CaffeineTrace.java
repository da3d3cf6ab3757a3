// SPDX-License-Identifier: GPL-2.0
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.BufferedReader;
import java.io.InputStreamReader;

/*
 * What Caffeine hits of a trace: keys from standard input, one a line; others are left out. Its
 * upkeep is done by the thread that asks, at once: so the figure is that of its policy.
 */
public class CaffeineTrace {
	public static void main(String[] args) throws Exception {
		long capacity = Long.parseLong(args[0]), requests = 0, hits = 0;
		Cache<Long, Boolean> cache = Caffeine.newBuilder().maximumSize(capacity)
			.executor(Runnable::run).build();
		BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
		String line;

		while ((line = in.readLine()) != null) {
			if (line.isEmpty() || !Character.isDigit(line.charAt(0)))
				continue;
			Long key = Long.valueOf(line.split("\\s")[0]);
			requests++;
			if (cache.getIfPresent(key) != null)
				hits++;
			else
				cache.put(key, Boolean.TRUE);
			cache.cleanUp();
		}
		System.out.printf("%.4f%n", requests == 0 ? 0 : (double) hits / requests);
	}
}
